"""The frames of HTTP/2 that a gRPC call is made of (RFC 9113)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import grpc

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE = 0, 1, 3, 4, 8
ACK = END_STREAM = 1
END_HEADERS = 4
_HEAD = 9
_HEADER_TABLE_SIZE = 1
# `:path` by its name or as the static table's fourth, with its length and not in Huffman's code, as
# gRPC writes it.
_PATH = re.compile(rb"(?:[\x00\x10\x40]\x05:path|[\x04\x14\x44])([\x01-\x7e])(/[\w.]+/(\w+))")
# `:status: 200` and `content-type: application/grpc`.
_ANSWERED = b"\x88\x0f\x10\x10application/grpc"


@dataclass(slots=True)
class Frame:
    kind: int
    flags: int
    stream: int
    raw: bytes

    @property
    def payload(self) -> bytes:
        return self.raw[_HEAD:]

    @property
    def ends(self) -> bool:
        """Whether nothing follows from its side of the stream."""
        return self.kind == RST_STREAM or (
            self.kind in (DATA, HEADERS) and bool(self.flags & END_STREAM)
        )


class Frames:
    """Cuts what arrives into frames, whole ones."""

    def __init__(self, skipped: int = 0) -> None:
        self._rest = b""
        self._skipped = skipped

    def take(self, data: bytes) -> tuple[bytes, Iterator[Frame]]:
        """What comes before the first frame of all, and the frames that are now complete."""
        data, before = self._rest + data, b""
        if self._skipped:
            before, data = data[: self._skipped], data[self._skipped :]
            self._skipped -= len(before)
        self._rest = data
        return before, self._cut()

    def _cut(self) -> Iterator[Frame]:
        data, at = self._rest, 0
        while len(data) - at >= _HEAD:
            end = at + _HEAD + int.from_bytes(data[at : at + 3], "big")
            if len(data) < end:
                break
            stream = int.from_bytes(data[at + 5 : at + 9], "big") & 0x7FFFFFFF
            yield Frame(data[at + 3], data[at + 4], stream, data[at:end])
            at = end
        self._rest = data[at:]


def made(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame."""
    head = len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big")
    return head + payload


def without_table(settings: Frame) -> bytes:
    """The settings, which also ask for headers that refer to no earlier ones: then any may be left
    out."""
    if settings.flags & ACK:
        return settings.raw
    asked = _HEADER_TABLE_SIZE.to_bytes(2, "big") + bytes(4)
    return made(SETTINGS, 0, 0, settings.payload + asked)


def method_of(headers: Frame) -> str:
    """The method that these headers call."""
    assert headers.flags & END_HEADERS, "headers of more than a frame"
    for found in _PATH.finditer(headers.payload):
        if found[1][0] == len(found[2]):
            return found[3].decode()
    raise AssertionError(f"no path of gRPC in {headers.payload!r}")


def refusal(stream: int, code: grpc.StatusCode, why: str) -> bytes:
    """A whole answer: that status."""
    number: int = code.value[0]
    block = _ANSWERED
    for name, value in (("grpc-status", str(number)), ("grpc-message", why)):
        block += b"\x00" + b"".join(bytes((len(text),)) + text.encode() for text in (name, value))
    return made(HEADERS, END_STREAM | END_HEADERS, stream, block)


def room(stream: int, size: int) -> bytes:
    """Says that so many bytes were read."""
    return made(WINDOW_UPDATE, 0, stream, size.to_bytes(4, "big"))
