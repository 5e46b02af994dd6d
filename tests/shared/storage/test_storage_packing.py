"""A packed text is the text again, and nothing else is unpacked."""

import zlib

import pytest

from shared.storage.packing import LONGEST, packed, unpacked


@pytest.mark.parametrize("text", ["", "x" * LONGEST, '{"name":"Zürich"}'])
def test_a_packed_text_is_the_text_again(text: str) -> None:
    assert unpacked(packed(text)) == text


def test_a_text_longer_than_a_document_is_not_packed() -> None:
    with pytest.raises(ValueError, match="more than a document"):
        packed("x" * (LONGEST + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        packed("long" * 99)[:-3],
        zlib.compress(b"x" * (LONGEST + 1)),
        zlib.compress(b"\xff"),
    ],
)
def test_what_was_not_packed_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked(data)
