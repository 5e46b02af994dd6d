"""Files of this machine become the tenant's."""

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ..errors import Unreachable
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from ..client import Assent

_SENT_WITHIN_SECONDS = 120.0
_SCAN_PAUSE_SECONDS, _SCAN_LOOKS = 2.0, 30


def upload(client: "Assent", file: str, media_type: str) -> str:
    """The id of the file, once the platform has its bytes, checked them and scanned them where it
    scans. Raises WrongInput for a file that cannot be read or is not kept, and as the client
    does."""
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise WrongInput(f"{file} cannot be read: {error}") from None
    made = client.artifacts.create(
        name=Path(file).name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    if made.upload is not None:
        _put(made.upload.url, made.upload.headers, content)
        made = client.artifacts.complete(made.artifact_id)
    for _ in range(_SCAN_LOOKS):
        if made.status != "scanning":
            break
        time.sleep(_SCAN_PAUSE_SECONDS)
        made = client.artifacts.get(made.artifact_id)
    if made.status != "stored":
        raise WrongInput(f"{file} is not kept: {made.reason or made.status}")
    return made.artifact_id


def _put(url: str, headers: dict[str, str], content: bytes) -> None:
    try:
        answer = httpx.put(url, content=content, headers=headers, timeout=_SENT_WITHIN_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        told = f"the upload did not arrive, add the file again: {error}"
        raise Unreachable(told, may_have_happened=False) from None
