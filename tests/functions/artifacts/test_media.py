"""What a file is by its bytes, whatever it is called."""

import pytest

from functions.artifacts.rules.media import BEGINNINGS, Judge, flaw_of_type
from shared.artifacts.artifact import flaw_of_name

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def verdict(media_type: str, *parts: bytes) -> str | None:
    judge = Judge(media_type)
    for part in parts:
        judge.take(part)
    return judge.verdict()


@pytest.mark.parametrize("media_type", BEGINNINGS)
def test_a_file_begins_as_its_type_does_however_its_bytes_are_cut(media_type: str) -> None:
    for begins in BEGINNINGS[media_type]:
        assert verdict(media_type, begins + b"\0rest") is None
        assert verdict(media_type, *(begins[n : n + 1] for n in range(len(begins))), b"x") is None
    for other in (HTML, SVG, b"", b"\0", begins[1:]):
        assert f"its bytes are no {media_type}" in str(verdict(media_type, other))


@pytest.mark.parametrize("media_type", ["text/plain", "text/csv", "text/markdown"])
def test_a_text_is_utf_8_without_control_characters(media_type: str) -> None:
    assert verdict(media_type, "Zürich,1\r\n".encode()) is None
    assert verdict(media_type, b"Z\xc3", b"\xbcrich") is None
    assert verdict(media_type, b"") is None
    assert "not UTF-8" in str(verdict(media_type, b"Z\xfcrich"))
    assert "not UTF-8" in str(verdict(media_type, b"Z\xc3"))
    assert "U+0000" in str(verdict(media_type, b"a\0b"))
    assert "U+001B" in str(verdict(media_type, b"a\x1b[2J"))
    assert "begin as application/pdf does" in str(verdict(media_type, b"%PDF-1.7 ..."))
    assert "begin as image/gif does" in str(verdict(media_type, b"GIF", b"89a;"))


def test_json_is_parsed() -> None:
    assert verdict("application/json", b'{"rows": ', b"[1]}") is None
    for other in (b"{", b"", b"{'a': 1}", b'{"a": 1, "a": 2}', b"[NaN]", b'"\\ud800"'):
        assert "its bytes are no JSON" in str(verdict("application/json", other))


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_what_browsers_run_is_not_taken(media_type: str) -> None:
    assert "may hold scripts" in str(flaw_of_type(media_type))


@pytest.mark.parametrize(
    "media_type", ["", "text/csv; charset=utf-8", "TEXT/CSV", "application/octet-stream"]
)
def test_only_known_types_are_taken(media_type: str) -> None:
    assert "is no type that is taken" in str(flaw_of_type(media_type))


@pytest.mark.parametrize("name", ["sales.csv", "Umsätze 2026 (neu).csv", "売上.csv", "a..b"])
def test_a_files_name_is_taken(name: str) -> None:
    assert flaw_of_name(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", ".htaccess", " a", "a ", "a" * 201),
        *("a/b", "..\\b", "/etc/passwd", "a\0b", "a\nb", "a\u202egpj.exe", "a\u200b", "\ud800"),
    ],
)
def test_what_is_no_files_name_is_not_taken(name: str) -> None:
    assert flaw_of_name(name) is not None
