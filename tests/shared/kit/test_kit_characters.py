"""Letters are those that living languages write with, by Unicode's own tables."""

import shutil
import subprocess
import unicodedata
from typing import Any

import pytest

from shared.kit import unicode_data
from shared.kit.characters import MARK, REFUSED, scripts_of, shape_of, written_plainly
from tests.shared.kit.unicode_source import generated

_VERSION = "use Unicode::UCD; print Unicode::UCD::UnicodeVersion()"


def _version_of_perl() -> str:
    if shutil.which("perl") is None:
        return "none"
    return subprocess.run(["perl", "-e", _VERSION], capture_output=True, text=True).stdout


@pytest.mark.nightly
@pytest.mark.repeats
@pytest.mark.skipif(
    f"Unicode {_version_of_perl()} " not in str(unicode_data.__doc__),
    reason="Perl has another version of Unicode than the table",
)
def test_the_table_is_what_unicode_says() -> None:
    made: dict[str, Any] = {}
    exec(generated(), made)
    names = [name for name in vars(unicode_data) if name.isupper()]
    assert len(names) == 8
    for name in names:
        assert made[name] == getattr(unicode_data, name), name


@pytest.mark.repeats
def test_every_script_of_the_table_has_only_letters_marks_and_digits() -> None:
    for code in range(0x80, 0x30000):
        character = chr(code)
        category = unicodedata.category(character)
        # Reserved ideographs, and letters that are newer than this Python.
        if scripts_of(character) and category != "Cn":
            assert category[0] in "LM" or category in ("Nd", "Nl"), f"{code:04X}"


def test_no_letter_alone_is_read_as_another_letter() -> None:
    for code in range(0x80, 0x30000):
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain.isascii() and plain.isalpha():
            # Raised letters stand on others.
            assert shape_of(character) in (REFUSED, MARK, *"lT") or character in "ⁱⁿ", f"{code:04X}"


def test_a_character_that_only_looks_special_has_a_plain_form() -> None:
    assert written_plainly("ﬁ") == "fi"
    assert written_plainly("Ａ") == "A"
    assert written_plainly("a") == ""
    assert written_plainly("\u200b") == ""
