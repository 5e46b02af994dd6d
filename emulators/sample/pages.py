"""The start page: files that hold nothing of a tenant."""

from functools import cache
from pathlib import Path

from emulators.gateway.messages import Answer, Headers

START = "/_platform/start"
_FOLDER = Path(__file__).parent / "page"
_TYPES = {
    "start.html": "text/html; charset=utf-8",
    "start.css": "text/css",
    "start.js": "text/javascript",
}
_FILES = {
    START: "start.html",
    f"{START}/start.css": "start.css",
    f"{START}/start.js": "start.js",
}
# Scripts, styles and calls of this site only; no text becomes a script.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
    " trusted-types 'none'"
)


def page_at(path: str) -> Answer | None:
    """The file of the start page at a path, or None."""
    name = _FILES.get(path)
    if name is None:
        return None
    headers: Headers = (
        ("Content-Type", _TYPES[name]),
        ("Content-Security-Policy", _POLICY),
        ("Cache-Control", "no-cache"),
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Answer(200, headers, _read(name))


@cache
def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
