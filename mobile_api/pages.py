"""The files of the console and of the API's explorer, as their builds made them, for whoever asks:
they hold nothing of a tenant."""

import hashlib
import os
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, NamedTuple

from fastapi import Header
from starlette.responses import Response

from shared.kit.errors import NotFound
from shared.kit.variables import bucket_variable
from shared.runtime.acts import does
from shared.runtime.conditions import names
from shared.runtime.open_routes import OpenRouter

BUILT = Path(__file__).parent / "console" / "dist"
EXPLORER = Path(__file__).parent / "explorer" / "dist"
PAGE = "index.html"
# The names of these have the hash of what is in them.
_HASHED = "assets/"
_FOR_EVER, _ASKED_AGAIN = "public, max-age=31536000, immutable", "public, no-cache"
# Scripts and styles of this site only.
_OWN = (
    "default-src 'none'",
    *(f"{what}-src 'self'" for what in ("script", "style", "manifest")),
    *(f"{what} 'none'" for what in ("base-uri", "form-action", "frame-ancestors")),
)
# Swagger UI draws its arrows from addresses of data, and writes its page as text.
_EXPLORERS_POLICY = "; ".join((*_OWN, "connect-src 'self'", "img-src 'self' data:"))

_CONSOLE = OpenRouter(tag="console", takes_any_query=True)
_EXPLORER = OpenRouter(tag="console")
IfNoneMatch = Annotated[str | None, Header()]


class File(NamedTuple):
    """A file of a build, with its type and its ETag."""

    data: bytes
    media_type: str
    etag: str


@_CONSOLE.get("/console", response_class=Response, include_in_schema=False)
@does("console.read", within=("sign_in",))
async def lead_to_console() -> Response:
    """The console's own links begin below `/console/`."""
    return _lead_to("/console/")


@_CONSOLE.get("/console/{path:path}", response_class=Response)
async def show_console(path: str = "", if_none_match: IfNoneMatch = None) -> Response:
    """A file of the console; any other path below is one of its pages, which the script shows. The
    script reads the query, such as a code that the page fills in."""
    files = _files(BUILT)
    if path.startswith(_HASHED) and path not in files:
        # An older release named it.
        raise NotFound("the console has no such file: load the page again")
    return _answer(files.get(path, files[PAGE]), path, _consoles_policy(), if_none_match)


@_EXPLORER.get("/explorer", response_class=Response, include_in_schema=False)
@does("explorer.read", within=("sign_in",))
async def lead_to_explorer() -> Response:
    """The explorer's own links begin below `/explorer/`."""
    return _lead_to("/explorer/")


@_EXPLORER.get("/explorer/{path:path}", response_class=Response)
async def show_explorer(path: str = "", if_none_match: IfNoneMatch = None) -> Response:
    """A file of the explorer, in which somebody tries the calls of the API."""
    found = _files(EXPLORER).get(path or PAGE)
    if found is None:
        raise NotFound("the explorer has no such file: open /explorer/")
    return _answer(found, path, _EXPLORERS_POLICY, if_none_match)


PAGES = OpenRouter.joining(_CONSOLE, _EXPLORER)


def _lead_to(address: str) -> Response:
    headers = {"Location": address, "Cache-Control": _ASKED_AGAIN}
    return Response(status_code=308, headers=headers)


def _answer(found: File, path: str, policy: str, if_none_match: str | None) -> Response:
    headers = {
        "Cache-Control": _FOR_EVER if path.startswith(_HASHED) else _ASKED_AGAIN,
        "Content-Security-Policy": policy,
        "ETag": found.etag,
        "Referrer-Policy": "same-origin",
    }
    if names(if_none_match or "", found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type=found.media_type)


def _consoles_policy() -> str:
    """Calls of this site only, and uploads into the bucket that takes those of `artifacts`; no text
    becomes a script, but the address of the service worker, by the policy of that name."""
    url, bucket = os.environ.get("ASSENT_BUCKETS_URL"), os.environ.get(bucket_variable("artifacts"))
    uploads = f" {url}/{bucket}-incoming/" if url and bucket else ""
    return "; ".join(
        (
            *_OWN,
            f"connect-src 'self'{uploads}",
            "img-src 'self'",
            "worker-src 'self'",
            *("require-trusted-types-for 'script'", "trusted-types assent-worker"),
        )
    )


@cache
def _files(built: Path) -> dict[str, File]:
    """All files of a build by their path. Raises NotFound where it was not built."""
    paths = [each for each in built.rglob("*") if each.is_file()]
    if not paths:
        raise NotFound(
            f"the {built.parent.name} was not built here: run `make {built.parent.name}`"
        )
    return {path.relative_to(built).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> File:
    data = path.read_bytes()
    # Python's table knows it from 3.12 on.
    is_manifest = path.suffix == ".webmanifest"
    media_type = "application/manifest+json" if is_manifest else guess_type(path.name)[0]
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return File(data, media_type or "application/octet-stream", etag)
