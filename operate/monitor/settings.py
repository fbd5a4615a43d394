"""Who is told of alerts: alerts.yaml in the shop folder. Secrets stand in the environment only."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from patron.errors import PatronError
from patron.shop import Shop
from patron.yaml_file import checked, read_yaml

FILE = "alerts.yaml"
_SECRET = re.compile(r"\$\{(\w+)\}")


def _named(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise ValueError("it is a secret: write ${NAME} and put it into the environment or .env")
    return text


Secret = Annotated[str, AfterValidator(_named)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    min_severity: Literal["warning", "critical"] = "warning"

    @property
    def secrets(self) -> list[str]:
        """The environment variables it refers to."""
        texts = [value for value in self.model_dump().values() if isinstance(value, str)]
        return [found[1] for text in texts for found in _SECRET.finditer(text)]


class ConsoleReceiver(_Strict):
    """Standard error of whoever called the monitor."""

    type: Literal["console"]


class FileReceiver(_Strict):
    """A file of JSON lines.

    Attributes:
        path: Relative to the shop folder.
    """

    type: Literal["file"]
    path: str = "data/alerts.jsonl"


class WebhookReceiver(_Strict):
    """An address that takes {"text": ...}, as Slack, Mattermost and Rocket.Chat do."""

    type: Literal["webhook"]
    url: Secret

    @property
    def address(self) -> str:
        """The address itself."""
        found = _value(self.url)
        if not found.startswith(("https://", "http://")):
            raise PatronError("the address of the webhook is not one of http or https")
        return found


class SmtpReceiver(_Strict):
    """A mail server.

    Attributes:
        security: `starttls` (port 587), `tls` (465) or `none`, for a server on the same machine.
        ca_file: Certificates to trust instead of the system's.
    """

    type: Literal["smtp"]
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: Secret | None = None
    sender: str
    recipients: Annotated[tuple[str, ...], Field(min_length=1)]
    ca_file: str | None = None

    @property
    def username_value(self) -> str:
        """The user's name, which may stand in the environment."""
        return _value(self.username or "")

    @property
    def password_value(self) -> str:
        """The password itself."""
        return _value(self.password or "")


Receiver = ConsoleReceiver | FileReceiver | WebhookReceiver | SmtpReceiver


class Settings(BaseModel):
    """The receivers by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    receivers: dict[str, Annotated[Receiver, Field(discriminator="type")]] = {}


def path_of(shop: Shop) -> Path:
    """Where the receivers are declared."""
    return shop.root / FILE


def read_settings(shop: Shop) -> Settings:
    """The receivers of a shop; the console where none are declared.

    Raises:
        PatronError: If the file is not valid; names file, key and remedy.
    """
    path = path_of(shop)
    found = checked(Settings, read_yaml(path) or {}, path) if path.exists() else Settings()
    return found if found.receivers else TO_THE_CONSOLE


TO_THE_CONSOLE = Settings(receivers={"console": ConsoleReceiver(type="console")})


def _value(text: str) -> str:
    def from_environment(found: re.Match[str]) -> str:
        value = os.environ.get(found[1])
        if not value:
            raise PatronError(
                f"the environment variable {found[1]} is not set",
                where=FILE,
                remedy="put it into the shop's .env, or export it where patron is called",
            )
        return value

    return _SECRET.sub(from_environment, text)
