"""What each character is to a reader: how it may stand beside others, and whose script it is.

Letters, marks and digits are those that living languages write with (`unicode_data`); what is not
known to be harmless is refused."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from shared.kit.unicode_data import LETTERS, PICTOGRAPHS, READ_AS

# Letters that look like Latin letters, and those letters.
LOOKALIKES = str.maketrans(
    "авеԍһіјкӏмոорԛгѕтսѵԝхуцօԁсαεικνορστυχγӕ"
    "АВЕЅІЈКМНОРСТХУԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıȷℓ",
    "abeghijklmnopqrstuvwxygodcaeiknopotuxyæ"
    "ABESIJKMHOPCTXYWABEZHIKMNOPTYX"
    "abcdefghijklmnoprstuvwyzagijl",
) | str.maketrans(READ_AS)

# How a character may stand beside others (`shape_of`):
REFUSED = "X"
LATIN = "l"
LETTER = "a"  # of a script that needs nothing more
CURSIVE = "c"  # of a script whose letters join
MONGOLIAN = "g"
INDIC = "i"  # of a script that spells with viramas
UNSPACED = "s"  # of a script that writes no spaces between words
IDEOGRAPH = "u"
MARK = "m"
VIRAMA = "h"
OVERLAY = "o"
DIGIT = "d"  # also # and *, which have keycaps
OTHER_DIGIT = "D"
EMOJI = "E"
SKIN = "e"
REGION = "R"
SIGN = "T"  # one character that is read as Latin letters: 🅿, Ⅲ, ㎏
LISTED = "S"  # a number of a list: ①, ⑴
MATHEMATICAL = "q"
BASE = "B"  # ◌, which stands for any letter
KEYCAP = "Y"
EMOJI_SELECTOR = "V"
IDEOGRAPH_SELECTOR = "v"
NON_JOINER = "z"
JOINER = "Z"
BREAK = "b"
MONGOLIAN_SELECTOR = "f"
MONGOLIAN_SEPARATOR = "F"
OTHER = " "

_SHAPES = {
    **dict.fromkeys("0123456789#*", DIGIT),
    **dict.fromkeys("\n\r\t", OTHER),
    "\u200b": BREAK,
    "\u200c": NON_JOINER,
    "\u200d": JOINER,
    "\u20e3": KEYCAP,
    "\u0338": OVERLAY,
    "\u25cc": BASE,
    **dict.fromkeys("\ufe0e\ufe0f", EMOJI_SELECTOR),
    **dict.fromkeys("\u180b\u180c\u180d\u180f", MONGOLIAN_SELECTOR),
    "\u180e": MONGOLIAN_SEPARATOR,
    # Nobody sees these.
    **dict.fromkeys("\u2800\ufffc\U0001d159", REFUSED),
    # Ordinals and the micro sign are letters of keyboards.
    **dict.fromkeys("ªºµ", LATIN),
    **dict.fromkeys("ⁱⁿ․…‥⁇⁈″‴⁗℠№℃℉℡ﷺﷻ", OTHER),
    **dict.fromkeys("‼⁉™", EMOJI),
}
_CURSIVE = {"Adlam", "Arabic", "Mandaic", "Nko", "Hanifi_Rohingya", "Syriac"}
_INDIC = {
    *("Bengali", "Chakma", "Devanagari", "Gujarati", "Gurmukhi", "Kannada", "Malayalam"),
    *("Meetei_Mayek", "Oriya", "Sinhala", "Sundanese", "Tamil", "Telugu", "Tibetan"),
}
# Line_Break is SA or AK (Unicode's UAX 14): like Han, these write foreign words without a space.
SPACELESS = {
    *("Balinese", "Javanese", "Khmer", "Lao", "Myanmar", "New_Tai_Lue", "Tai_Le", "Tai_Tham"),
    *("Tai_Viet", "Thai"),
}
# What Unicode keeps for ideographs that it has not assigned yet.
ONE_IDEOGRAPH = "一"
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd]+")
# The variations that fonts have of most ideographs that have any; what others select, nobody sees.
_VARIATIONS = {*range(0xFE00, 0xFE03), *range(0xE0100, 0xE0104)}
_LETTERLIKE, _SQUARED = range(0x2100, 0x2150), range(0x3300, 0x3400)
_NEVER = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"}
_VIRAMA = 9
_IS_OVERLAY = 1


def shape_of(character: str) -> str:
    """How the character may stand beside others: one of the letters above."""
    code = ord(character)
    if special := _SHAPES.get(character):
        return special
    if scripts := scripts_of(character):
        return _shape_of_letter(character, scripts)
    if 0xFE00 <= code <= 0xFE0D or 0xE0100 <= code <= 0xE01EF:
        return IDEOGRAPH_SELECTOR if code in _VARIATIONS else REFUSED
    if 0x1F3FB <= code <= 0x1F3FF:
        return SKIN
    if 0x1F1E6 <= code <= 0x1F1FF:
        return REGION
    category = unicodedata.category(character)
    if _is_read_as_latin(character, category):
        is_other = unicodedata.decomposition(character)[:1] in ("<", "")
        is_sign = category == "Nl" or _is_pictograph(code) or code in _LETTERLIKE
        return SIGN if is_other and (is_sign or code in _SQUARED) else REFUSED
    if _is_pictograph(code):
        return EMOJI
    if category in _NEVER or category[0] in "LM" or category in ("Nd", "Nl"):
        return REFUSED
    return _shape_of_sign(character, category)


@cache
def scripts_of(character: str) -> frozenset[str]:
    """The scripts that write with the letter, mark or digit, by Unicode's names; empty for all
    other characters, and for those that no living language needs."""
    code = ord(character)
    if _IDEOGRAPHS.match(character):
        return frozenset({"Han"})
    if character.isascii():
        return frozenset({"Latin"} if character.isalpha() else ())
    starts, ends, scripts = _table()
    at = _range_of(code, starts, ends)
    return frozenset() if at is None else scripts[at]


def with_one_ideograph(text: str) -> str:
    """The text with the same ideograph for each: what holds for one here holds for all, and a long
    text has thousands of them."""
    return _IDEOGRAPHS.sub(lambda run: ONE_IDEOGRAPH * len(run[0]), text)


def written_plainly(character: str) -> str:
    """What to write instead of a character that only looks special, or nothing."""
    plain = unicodedata.normalize("NFKC", character)
    is_other = plain != character and plain.isprintable()
    return plain if is_other and all(shape_of(each) != REFUSED for each in plain) else ""


def _shape_of_letter(character: str, scripts: frozenset[str]) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        combining = unicodedata.combining(character)
        if combining == _IS_OVERLAY:
            return REFUSED
        return VIRAMA if combining == _VIRAMA else MARK
    if category == "Nd":
        return OTHER_DIGIT
    if "Han" in scripts:
        return IDEOGRAPH
    if "Latin" in scripts:
        return MARK if unicodedata.decomposition(character).startswith("<super>") else LATIN
    for shape, those in (
        (MONGOLIAN, {"Mongolian"}),
        (CURSIVE, _CURSIVE),
        (INDIC, _INDIC),
        (UNSPACED, SPACELESS),
    ):
        if scripts & those:
            return shape
    return LETTER


def _shape_of_sign(character: str, category: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    if category == "No":
        is_listed = 0x2776 <= ord(character) <= 0x2793 or unicodedata.decomposition(
            character
        ).startswith(("<circle>", "<compat>"))
        return LISTED if is_listed else OTHER
    # Chinese and Japanese write the wide forms of ASCII's punctuation.
    is_wide = 0xFF00 <= ord(character) <= 0xFFEF
    if category[0] == "P" and len(plain) == 1 and plain.isascii():
        return OTHER if is_wide or character.isascii() else REFUSED
    return MATHEMATICAL if category == "Sm" else OTHER


def _is_read_as_latin(character: str, category: str) -> bool:
    """Whether people read Latin letters, or digits of a font, in a character that is neither."""
    code = ord(character)
    if 0x1F110 <= code <= 0x1F1AD:
        return True  # enclosed letters, of which only some have a decomposition
    plain = unicodedata.normalize("NFKC", character)
    if plain == character or category in ("No", "Sc", "Zs"):
        return False
    return any(each.isalnum() and (each.isascii() or "Latin" in scripts_of(each)) for each in plain)


@cache
def _table() -> tuple[list[int], list[int], list[frozenset[str]]]:
    rows = [
        (low, high, frozenset(names.split()))
        for names, ranges in LETTERS.items()
        for low, high in _bounds(ranges)
    ]
    rows.sort(key=lambda row: row[0])
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


@cache
def _pictographs() -> tuple[list[int], list[int]]:
    bounds = list(_bounds(PICTOGRAPHS))
    return [low for low, _ in bounds], [high for _, high in bounds]


def _is_pictograph(code: int) -> bool:
    return _range_of(code, *_pictographs()) is not None


def _range_of(code: int, starts: list[int], ends: list[int]) -> int | None:
    at = bisect_right(starts, code) - 1
    return at if at >= 0 and code <= ends[at] else None


def _bounds(ranges: str) -> Iterator[tuple[int, int]]:
    for each in ranges.split():
        low, _, high = each.partition("-")
        yield int(low, 16), int(high or low, 16)
