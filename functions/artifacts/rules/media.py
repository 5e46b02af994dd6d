"""What a file is by its bytes: those of each type that is taken begin as its standard says, and
texts are UTF-8 without control characters.

Types that browsers run (HTML, SVG) are not taken, and nothing is served for a browser to show."""

import codecs
import re

from shared.artifacts.artifact import JSON, TEXT_TYPES
from shared.kit.errors import Invalid, MalformedRequest
from shared.kit.parsing import parse_json
from shared.kit.wording import one_of

_ZIP = (b"PK\x03\x04",)
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Each type with what its files begin with. The specifications: PDF ISO 32000, PNG RFC 2083, JPEG
# ITU-T T.81, GIF89a, ZIP APPNOTE 4.3.7, GZIP RFC 1952, Office ECMA-376 (a ZIP).
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/gzip": (b"\x1f\x8b\x08",),
    "application/zip": (*_ZIP, b"PK\x05\x06"),
    f"{_OFFICE}wordprocessingml.document": _ZIP,
    f"{_OFFICE}spreadsheetml.sheet": _ZIP,
    f"{_OFFICE}presentationml.presentation": _ZIP,
}
TYPES = (*TEXT_TYPES, *BEGINNINGS)
# JSON is parsed up to here; of more, only that it is text is known.
MOST_PARSED_BYTES = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LONGEST_BEGINNING = max(len(each) for begins in BEGINNINGS.values() for each in begins)


def flaw_of_type(media_type: str) -> str | None:
    """Why files of the type are not taken, and what to give instead; None where they are."""
    if media_type in TYPES:
        return None
    if media_type in ("text/html", "image/svg+xml", "application/xhtml+xml"):
        return "may hold scripts: upload a PDF or a PNG of it, or its source as text/plain"
    return f"is no type that is taken; there are {one_of(TYPES)}"


class Judge:
    """Judges the bytes of a file as they come."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type
        self._start = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._whole = bytearray()
        self._size = 0
        self._flaw: str | None = None

    def take(self, part: bytes) -> None:
        """Takes the next bytes."""
        self._size += len(part)
        if len(self._start) < _LONGEST_BEGINNING:
            self._start += part[:_LONGEST_BEGINNING]
        if self.media_type in TEXT_TYPES and self._flaw is None:
            self._read(part)

    def verdict(self) -> str | None:
        """Why the bytes are not of their type, in words for whoever sent them; None where they
        are."""
        if self.media_type not in TEXT_TYPES:
            if self._start.startswith(BEGINNINGS[self.media_type]):
                return None
            return f"its bytes are no {self.media_type}{_seem(self._start)}"
        if seems := _seem(self._start):
            return f"its bytes are no {self.media_type}{seems}"
        self._read(b"", final=True)
        if self._flaw is None and self.media_type == JSON and self._size <= MOST_PARSED_BYTES:
            try:
                parse_json(bytes(self._whole))
            except (Invalid, MalformedRequest) as error:
                return f"its bytes are no JSON: {error.detail}"[:300]
        return self._flaw

    def _read(self, part: bytes, *, final: bool = False) -> None:
        try:
            text = self._decoder.decode(part, final)
        except UnicodeDecodeError:
            self._flaw = f"its bytes are no {self.media_type}: they are not UTF-8"
            return
        if odd := _CONTROL.search(text):
            named = f"U+{ord(odd[0]):04X}"
            self._flaw = f"its bytes are no {self.media_type}: they have the character {named}"
        if self.media_type == JSON and self._size <= MOST_PARSED_BYTES:
            self._whole += part


def _seem(start: bytes) -> str:
    """What the bytes seem to be, for a sentence; empty where they begin like no other type."""
    for media_type, begins in BEGINNINGS.items():
        if start.startswith(begins):
            return f", but begin as {media_type} does"
    return ""
