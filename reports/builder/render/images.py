"""Images become part of the page: nothing is fetched when it is read."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from reports.builder.notices import Notices

_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
_MAX_BYTES = 300_000
# One transparent pixel, where an image cannot be shown.
NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@dataclass(frozen=True)
class Images:
    """Reads images from the folder of static files.

    Attributes:
        folder: `reports/static`.
        notices: Takes the warnings.
    """

    folder: Path
    notices: Notices

    def data_uri(self, path: str, line: int = 0) -> str:
        """An image as an address that holds the image itself."""
        if path.startswith("data:image/"):
            return path
        file = (self.folder / path.lstrip("/")).resolve()
        kind = _TYPES.get(file.suffix.lower())
        if "://" in path or kind is None or not file.is_relative_to(self.folder.resolve()):
            self.notices.warn(
                line, f"the image {path} is left out: only files of static/ are shown"
            )
            return NOTHING
        if not file.is_file() or file.stat().st_size > _MAX_BYTES:
            self.notices.warn(line, f"the image {path} is left out: no file of at most 300 KB")
            return NOTHING
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
