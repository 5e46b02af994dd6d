"""Text that people are shown reads as it is, in any language, and checking it takes little time."""

import contextlib
import random
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.errors import Invalid
from shared.kit.plain_text import oddity, refuse_odd_text
from tests.shared.patience import AMPLE_SECONDS

HONEST = [
    "clinic café, 12 °C – “quoted” text…",
    "Übersicht der Öffnungszeiten, yıl sonu, Łódź, Tiếng Việt",
    "e\u0301te\u0301",
    "TNFα and IFNγ levels, 5 μm, 3 µg, λmax, Δt, Ωm, βcatenin, 273 K, 𝑥 ∈ ℝ",
    "врач и пациент",
    "Ελλάδα, Հայաստան, საქართველო, ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "שָׁלוֹם עולם",
    "مرحبا بالعالم ٣٤",
    "می‌خواهم",
    "नमस्ते क्‍ष ශ්‍රී ไทย",
    "日本語のメニュー 葛󠄀城 ＡＢＣ 한국어 中文",
    "AIエージェント, API를, ระบบAIของเรา, الAPI",
    "👩‍⚕️ on call 👨‍👩‍👧‍👦 🇫🇷 1️⃣ ❤️ ℹ️ 🏳️‍🌈 👩🏽‍🚀 ↔️ ‼️ ©️",
    "\U0001fae8\U0001fa89",  # an emoji of Unicode 15, one of Unicode 16
    "tabs\tand\r\nlines",
    "",
]
ODD = {
    "a direction override": ("x\u202ey", "U+202E (RIGHT-TO-LEFT OVERRIDE)", 1),
    "a direction isolate": ("x\u2066y", "U+2066", 1),
    "a direction mark": ("\u200fx", "U+200F", 0),
    "a zero-width space": ("by\u200bpass", "U+200B", 2),
    "a joiner between Latin letters": ("by\u200dpass", "U+200D", 2),
    "a joiner between Cyrillic letters": ("а\u200dб", "U+200D", 1),
    "a joiner after an emoji": ("👩\u200dx", "U+200D", 1),
    "a non-joiner": ("a\u200cb", "U+200C", 1),
    "a soft hyphen": ("so\u00adft", "U+00AD", 2),
    "a byte order mark": ("x\ufeff", "U+FEFF", 1),
    "a tag character": ("🏴\U000e0067", "U+E0067", 1),
    "a variation selector after a letter": ("x\ufe0f", "U+FE0F", 1),
    "a variation selector after a digit": ("1\ufe0f0", "U+FE0F", 1),
    "an ideographic variation of no ideograph": ("x\U000e0100", "U+E0100", 1),
    "a blank letter": ("x\u3164", "U+3164", 1),
    "a blank braille pattern": ("\u2800", "U+2800", 0),
    "an invisible mark": ("a\u034f", "U+034F", 1),
    "a private character": ("x\ue000", "U+E000", 1),
    "a line separator": ("x\u2028y", "U+2028", 1),
    "a NUL": ("x\x00", "U+0000", 1),
    "an escape": ("\x1b[1A", "U+001B", 0),
    "a lone surrogate": ("\ud800", "U+D800", 0),
    "stacked marks": ("x" + "\u0301" * 9, "U+0301", 4),
    "a Cyrillic letter in a Latin word": ("cl\u0456nic", "U+0456", 2),
    "a Latin letter in a Cyrillic word": ("врaч", "U+0432", 0),
    "a Greek letter in a Latin word": ("appr\u03bfve", "U+03BF", 4),
    "a Greek capital in a Latin word": ("\u0391PPROVE", "U+0391", 0),
    "an Armenian letter in a Latin word": ("Armen\u0585", "U+0585", 5),
    "a Cherokee letter in a Latin word": ("\u13aapprove", "U+13AA", 0),
    "a Hebrew letter in a Latin word": ("appr\u05e1ve", "U+05E1", 4),
    "a wide letter in a Latin word": ("\uff41pprove", "U+FF41", 0),
    "a Roman numeral in a Latin word": ("approva\u217c", "U+217C", 7),
    "a phonetic letter in a Latin word": ("\u0261overnor", "U+0261", 0),
    "letters of a mathematical font": ("𝐚𝐩𝐩𝐫𝐨𝐯𝐞", "U+1D41A", 0),
    "a Cyrillic letter after a mark": ("e\u0301\u0430", "U+0430", 2),
    "digits of two scripts": ("1\u06650", "U+0665", 1),
}


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_of_any_script_is_plain(text: str) -> None:
    assert oddity(text) is None


@pytest.mark.parametrize(("text", "character", "position"), ODD.values(), ids=ODD.keys())
def test_an_odd_character_is_named_with_its_position(
    text: str, character: str, position: int
) -> None:
    problem = oddity(text)
    assert problem is not None
    assert character in problem
    assert f"at position {position}" in problem
    assert problem.isascii()


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": {"b": ["fine", "x\u202e"]}}, "a.b.1"),
        ({"a": [{"b\u202e": "fine"}]}, "a.0"),
        ({"b\u202e": {"c": "d\u202e"}}, "body"),
        ("x\u202e", "body"),
        (["fine", ["\u202e"]], "1.0"),
        ({"k" * 500: ["\u202e"]}, "k" * 200),
    ],
)
def test_the_part_of_a_value_is_named(value: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_odd_text(value)
    (error,) = refusal.value.errors
    assert error.field == field
    assert "RIGHT-TO-LEFT OVERRIDE" in error.message
    assert refusal.value.detail.isascii()


LETTERS = st.characters(categories=["L", "M", "N", "P", "S", "Zs", "Cf", "Cn"])


@given(st.lists(st.text(LETTERS, max_size=8), max_size=8))
def test_parts_are_judged_each_for_itself(texts: list[str]) -> None:
    odd = [index for index, text in enumerate(texts) if oddity(text)]
    if not odd:
        refuse_odd_text(texts)
        return
    with pytest.raises(Invalid) as refusal:
        refuse_odd_text(texts)
    assert int(refusal.value.errors[0].field) in odd


@given(st.text())
def test_plain_text_stays_plain_beside_plain_text(text: str) -> None:
    assert (oddity(text) is None) == (oddity(f"so {text} so") is None)


def _words(letters: str, count: int) -> list[str]:
    chosen = random.Random(8)
    return ["".join(chosen.choice(letters) for _ in range(6)) for _ in range(count)]


# Each of about the million bytes that a body may have.
COSTLY: dict[str, Any] = {
    "numbers": [1] * 500_000,
    "one-letter texts": ["é"] * 200_000,
    "one-letter words": "é я " * 166_000,
    "distinct ideographs": "".join(map(chr, range(0x3400, 0x9FFF))) * 13,
    "every plain letter": "".join(
        chr(code)
        for code in range(0xA0, 0x30000)
        if unicodedata.category(chr(code))[0] in "LNS" and oddity(chr(code)) is None
    ),
    "many keys": {f"é{number}": 1 for number in range(80_000)},
    "a long key above many texts": {"k" * 500_000: ["é"] * 100_000},
    "refused at its end": ["é"] * 199_000 + ["\u202e"],
    "refused under a long key": {"k" * 500_000: ["é"] * 100_000 + ["\u202e"]},
    "many mixed words": _words("éaя日", 90_000),
    "many Latin words": _words("éaÀ日ا", 90_000),
    "other digits": "٣" * 500_000,
    "marks": "a\u0301" * 330_000,
    "joiners": "\u0627\u200d" * 200_000,
}


@pytest.mark.parametrize("value", COSTLY.values(), ids=COSTLY.keys())
def test_the_largest_body_is_checked_in_bounded_time(value: Any) -> None:
    began = time.process_time()
    with contextlib.suppress(Invalid):
        refuse_odd_text(value)
    assert time.process_time() - began < AMPLE_SECONDS
