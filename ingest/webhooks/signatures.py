"""Whether a delivery comes from who knows the secret: HMAC-SHA256 over the body as it was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def is_signed(
    scheme: str, signature: str, body: bytes, secret: str, now: float, tolerance_seconds: float
) -> bool:
    """Check the signature of a delivery.

    Args:
        scheme: `hex` (with or without `sha256=`), `base64`, or `timestamped` (`t=...,v1=...`).
        signature: The header.
        body: The raw body.
        secret: The source's secret.
        now: Seconds since 1970.
        tolerance_seconds: How old a timestamped signature may be, so that none can be replayed.
    """
    if scheme == "timestamped":
        return _is_signed_at(signature, body, secret, now, tolerance_seconds)
    digest = _digest(secret, body)
    if scheme == "base64":
        return _matches([signature.strip()], base64.b64encode(digest).decode())
    return _matches([signature.strip().removeprefix("sha256=").lower()], digest.hex())


def _is_signed_at(
    signature: str, body: bytes, secret: str, now: float, tolerance_seconds: float
) -> bool:
    parts = [part.strip().partition("=")[::2] for part in signature.split(",")]
    moment = next((value for name, value in parts if name == "t"), "")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
        return False
    expected = _digest(secret, moment.encode() + b"." + body).hex()
    matches = _matches([value for name, value in parts if name == "v1"], expected)
    return matches and abs(now - int(moment)) <= tolerance_seconds


def _digest(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def _matches(given: Iterable[str], expected: str) -> bool:
    """Compared in constant time, whatever was given."""
    wanted = expected.encode()
    return any(hmac.compare_digest(one.encode("utf-8", "replace"), wanted) for one in given)
