"""What is written without padding is read again."""

import pytest

from shared.kit import base64url


@pytest.mark.parametrize("length", range(5))
def test_bytes_are_read_as_they_were_written(length: int) -> None:
    raw = bytes(range(0xFB, 0x100))[:length]
    text = base64url.encode(raw)
    assert set(text).isdisjoint("+/=")
    assert base64url.decode(text) == raw


def test_padding_is_allowed() -> None:
    assert base64url.decode("-w==") == base64url.decode("-w") == b"\xfb"


def test_a_length_that_no_bytes_have_is_refused() -> None:
    with pytest.raises(ValueError, match="characters"):
        base64url.decode("AAAAA")
