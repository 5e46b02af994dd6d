"""The console's files, as its build made them, for whoever asks: they hold nothing of a tenant."""

import hashlib
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, NamedTuple

from fastapi import Header
from starlette.responses import Response

from shared.kit.errors import NotFound
from shared.runtime.conditions import names
from shared.runtime.open_routes import OpenRouter

BUILT = Path(__file__).parent / "console" / "dist"
PAGE = "index.html"
# The names of these have the hash of what is in them.
_HASHED = "assets/"
_FOR_EVER, _ASKED_AGAIN = "public, max-age=31536000, immutable", "public, no-cache"
_OWN = ("script", "style", "img", "connect", "manifest", "worker")
# Scripts, styles and calls of this site only; no text becomes a script, but the address of the
# service worker, by the policy of that name.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{what}-src 'self'" for what in _OWN),
        *(f"{what} 'none'" for what in ("base-uri", "form-action", "frame-ancestors")),
        *("require-trusted-types-for 'script'", "trusted-types assent-worker"),
    )
)

PAGES = OpenRouter(tag="console")


class File(NamedTuple):
    """A file of the console, with its type and its ETag."""

    data: bytes
    media_type: str
    etag: str


@PAGES.get("/console/{path:path}", response_class=Response)
async def show_console(
    path: str = "", if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """A file of the console; any other path below is one of its pages, which the script shows."""
    files = _files()
    if path.startswith(_HASHED) and path not in files:
        # An older release named it.
        raise NotFound("the console has no such file: load the page again")
    found = files.get(path, files[PAGE])
    headers = {
        "Cache-Control": _FOR_EVER if path.startswith(_HASHED) else _ASKED_AGAIN,
        "Content-Security-Policy": _POLICY,
        "ETag": found.etag,
        "Referrer-Policy": "same-origin",
    }
    if names(if_none_match or "", found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type=found.media_type)


@cache
def _files() -> dict[str, File]:
    """All files by their path. Raises NotFound where the console was not built."""
    paths = [each for each in BUILT.rglob("*") if each.is_file()]
    if not paths:
        raise NotFound("the console was not built here: run `make console`")
    return {path.relative_to(BUILT).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> File:
    data = path.read_bytes()
    # Python's table knows it from 3.12 on.
    is_manifest = path.suffix == ".webmanifest"
    media_type = "application/manifest+json" if is_manifest else guess_type(path.name)[0]
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return File(data, media_type or "application/octet-stream", etag)
