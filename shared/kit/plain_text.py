"""Plain text: what a person reads is what a machine compares, and nothing is out of sight.

Follows Unicode's UTS 39: words are highly restrictive in their scripts, marks do not stack, and
characters outside the identifier profile are refused where people read them as letters."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from shared.kit import characters
from shared.kit.characters import (
    LOOKALIKES,
    SPACELESS,
    scripts_of,
    shape_of,
    with_one_ideograph,
    written_plainly,
)
from shared.kit.errors import WHOLE_BODY, FieldError, Invalid
from shared.kit.imitations import imitated_by, imitations, lone_letters, without_formulas
from shared.kit.json_parts import parts_of, walk
from shared.kit.unicode_data import FLAGS, LETTERS

LONGEST_PATH = 200
# Code indents and aligns by no more; a phone shows this in three lines.
MOST_SPACES = 80
MOST_TABS = 20
MOST_WIDE_SPACES = 20
MOST_BLANK_LINES = 3
MOST_MARKS = 4

_PLAIN = re.compile(r"[\t\n\r -~]*\Z")
# As wide as one letter or two: one that is written fills what four spaces do.
_WIDE = "\u2000-\u2003\u3000"
_NARROW = rf"[^\S\r\n{_WIDE}]"
_LONG_BLANK = re.compile(
    r"(?=\s)(?:"
    rf"(?P<lines>(?:(?:\r\n?|\n)[^\S\r\n]*+){{{MOST_BLANK_LINES + 2},}}+)"
    rf"|(?<![^\S\r\n])(?P<wide>(?:{_NARROW}*+[{_WIDE}]){{{MOST_WIDE_SPACES + 1},}}+)"
    rf"|(?<!\t)(?P<tabs>\t{{{MOST_TABS + 1},}}+)"
    rf"|(?<![^\S\r\n])(?P<spaces>[^\S\r\n]{{{MOST_SPACES + 1},}}+))"
)
# England, Scotland, Wales: a black flag and tags, which are refused everywhere else.
_NATION = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067"
    "|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f"
)
# In the letters of `characters`: what may stand where it stands, and what needs a neighbour.
_ODD = re.compile(
    "(?=[XmhoSTzZbVvYfF])(?:"
    "X"
    "|(?<![lacgiushmzZB])[mh]"  # a mark on nothing
    f"|(?<=[mh]{{{MOST_MARKS}}})[mh]"
    "|(?<![qE])o"
    "|(?<=[Sd])S|S(?=[Sd])"
    "|(?<=[lTS])T|T(?=[lTS])"
    "|(?!"
    "(?<=[cm])z(?=c)"  # between letters that would join
    "|(?<=h)[zZ]|(?<=[im])[zZ](?=h)"  # beside a virama
    "|(?<=s)z(?=m)|(?<=[smh])b(?=s)"
    "|(?<=[EeV])Z(?=E)"  # between emoji
    "|(?<=[ET])V|(?<=d)V(?=Y)|(?<=d)Y|(?<=dV)Y"
    "|(?<=u)v"
    "|(?<=g)f|(?<=[gf])F(?=g)"  # in Mongolian words
    ")[zZbVvYfF])"
)
_MARKS = re.compile("[mh]{2,}")
_REGIONS = re.compile("R+")
_NUMBER = re.compile(r"\d+")

# What a word is made of, each letter as one that stands for its scripts; a space is not in words.
_WORD = re.compile("[^ ]+")
_WITHIN_WORDS = frozenset("0123456789_'\u2019\u200b\u200c\u200d\u180b\u180c\u180d\u180e\u180f")
_NEUTRAL, _CAPITAL, _SMALL, _GREEK, _GREEK_SIGN = ".LlGg"
_CODES = {frozenset(names.split()): chr(0xE000 + at) for at, names in enumerate(LETTERS)}
_SCRIPTS: dict[str, frozenset[str]] = {
    **{code: scripts for scripts, code in _CODES.items()},
    _CAPITAL: frozenset({"Latin"}),
    _SMALL: frozenset({"Latin"}),
    _GREEK: frozenset({"Greek"}),
    _GREEK_SIGN: frozenset({"Greek", "Latin"}),
}
# A Greek letter that nobody takes for a Latin one stands before or after Latin letters.
# One that people do take for one stands at most after Latin capitals.
_IN_DISGUISE = re.compile("[Ll][Gg]+[Ll]")
# Scripts that one language writes together (UTS 39, 5.1).
_WRITTEN_TOGETHER = {
    "Han": {"Hanb", "Jpan", "Kore"},
    "Hiragana": {"Jpan"},
    "Katakana": {"Jpan"},
    "Bopomofo": {"Hanb"},
    "Hangul": {"Kore"},
}
_BESIDE_LATIN = frozenset({"Hanb", "Jpan", "Kore", *SPACELESS})
# Between two texts: part of no word and no run of blanks.
_SEPARATOR = "."


def oddity(text: str) -> str | None:
    """What makes `text` not plain, by code point and position, and what to write instead; or None:
    characters that nobody sees or that people read as others, direction controls, lone surrogates,
    stacks of marks, words that mix scripts, numbers that mix digits, and runs of blanks that push
    text out of sight. Takes time in proportion to the text."""
    found = _first_oddity(text)
    return found[1] if found else None


def refuse_odd_text(value: Any) -> None:
    """Raises Invalid with the path of the first text or key of a JSON value that is not plain."""
    texts = list(_texts(value))
    found = _first_oddity(_SEPARATOR.join(texts))
    if found is None:
        return
    position = found[0]
    for text in texts:
        if position <= len(text):
            break
        position -= len(text) + 1
    path, is_key = _place_of(text, value)
    problem = oddity(text)
    message = f"has the key {ascii(text)[:80]}, which {problem}" if is_key else str(problem)
    raise Invalid(FieldError(path[:LONGEST_PATH] or WHOLE_BODY, message))


def _first_oddity(text: str) -> tuple[int, str] | None:
    if blank := _LONG_BLANK.search(text):
        problem = f"{_blank_in_words(blank)} at position {blank.start()}: leave them out"
        return blank.start(), problem
    if _PLAIN.match(text):
        return None
    if "\U000e007f" in text:
        text = _NATION.sub(lambda flag: flag[0][0] * len(flag[0]), text)
    judged = without_formulas(with_one_ideograph(text))
    distinct = set(judged)
    shapes = judged.translate({ord(each): shape_of(each) for each in distinct})
    odd = next(_misplaced(judged, shapes, distinct), None)
    if odd is not None:
        return odd, _misread(text[odd], odd)
    lone = next(lone_letters(judged, distinct), None)
    if lone is not None:
        return lone, _read_as_ascii(text[lone], lone)
    scripts = judged.translate({ord(each): _code_of(each) for each in distinct})
    if any(map(_is_mixed, set(_WORD.findall(scripts)))):
        return next(_mixed_words(text, scripts))
    if characters.OTHER_DIGIT in shapes and any(map(_mixes_digits, set(_NUMBER.findall(text)))):
        return next(_mixed_numbers(text))
    return None


def _blank_in_words(blank: re.Match[str]) -> str:
    if blank.lastgroup == "lines":
        return f"has more than {MOST_BLANK_LINES} blank lines in a row"
    if blank.lastgroup == "wide":
        return f"has more than {MOST_WIDE_SPACES} wide spaces in a row"
    most = MOST_TABS if blank.lastgroup == "tabs" else MOST_SPACES
    return f"has more than {most} {blank.lastgroup} in a row"


def _misplaced(text: str, shapes: str, distinct: set[str]) -> Iterator[int]:
    """Where a character stands that may not, or not there."""
    if odd := _ODD.search(shapes):
        yield odd.start()
    yield from imitations(text, distinct)
    for run in _MARKS.finditer(shapes):
        marks = text[slice(*run.span())]
        yield from (run.start() + at for at in range(1, len(marks)) if marks[at] == marks[at - 1])
    for run in _REGIONS.finditer(shapes):
        flags = text[slice(*run.span())]
        pairs = (flags[at : at + 2] for at in range(0, len(flags), 2))
        yield from (run.start() + 2 * n for n, pair in enumerate(pairs) if pair not in _flags())


@cache
def _flags() -> frozenset[str]:
    return frozenset("".join(chr(ord(each) + 0x1F1A5) for each in flag) for flag in FLAGS.split())


def _misread(character: str, position: int) -> str:
    plain = imitated_by(character) or written_plainly(character)
    instead = f"write {ascii(plain)[1:-1]} instead" if plain else "leave it out"
    return f"has {_named(character)} at position {position}, which people misread: {instead}"


def _read_as_ascii(character: str, position: int) -> str:
    return (
        f"has {_named(character)} at position {position}, which people read as "
        f"{imitated_by(character)}: write that, or a sentence with other letters of its language"
    )


def _mixed_words(text: str, scripts: str) -> Iterator[tuple[int, str]]:
    for word in _WORD.finditer(scripts):
        if _is_mixed(word[0]):
            at = word.start() + _foreign_letter(word[0])
            shown = ascii(text[slice(*word.span())])[:80]
            letter = f"{_named(text[at])} at position {at}"
            yield (
                at,
                f"mixes alphabets in {shown}: write it in one, or put a space between, "
                f"without {letter}",
            )


def _foreign_letter(word: str) -> int:
    if disguise := _IN_DISGUISE.search(word):
        return disguise.start() + 1
    if {_CAPITAL, _SMALL} & set(word):
        return next(
            at for at, each in enumerate(word) if "Latin" not in _SCRIPTS.get(each, "Latin")
        )
    return next(at for at in range(len(word)) if _mixes(frozenset(word[: at + 1])))


def _mixed_numbers(text: str) -> Iterator[tuple[int, str]]:
    for number in _NUMBER.finditer(text):
        if _mixes_digits(number[0]):
            odd = next(i for i, each in enumerate(number[0]) if not each.isascii())
            at = number.start() + odd
            digit = f"{_named(text[at])} at position {at}"
            yield at, f"mixes the digits of two scripts: write the number in one, without {digit}"


def _is_mixed(word: str) -> bool:
    has_greek = _GREEK in word or _GREEK_SIGN in word
    return _mixes(frozenset(word)) or (has_greek and bool(_IN_DISGUISE.search(word)))


@lru_cache(maxsize=1024)
def _mixes(word: frozenset[str]) -> bool:
    """Whether no language writes these letters in one word."""
    codes = word - {_NEUTRAL}
    # Science writes TNF-alpha and interferon gamma with small Greek letters after capitals.
    if len(codes) < 2 or codes <= {_CAPITAL, _GREEK, _GREEK_SIGN}:
        return False
    used = [_languages(_SCRIPTS[code]) for code in codes]
    if frozenset.intersection(*used):
        return False
    others = [scripts for scripts in used if "Latin" not in scripts]
    return not others or not (frozenset.intersection(*others) & _BESIDE_LATIN)


def _languages(scripts: frozenset[str]) -> frozenset[str]:
    return scripts.union(*(_WRITTEN_TOGETHER.get(each, ()) for each in scripts))


def _code_of(character: str) -> str:
    """The letter that stands for the character's scripts in a word."""
    scripts = scripts_of(character)
    if not scripts:
        return _NEUTRAL if character in _WITHIN_WORDS else " "
    if scripts & {"Common", "Inherited"}:
        return _NEUTRAL
    if scripts == {"Latin"}:
        return _CAPITAL if character.isupper() else _SMALL
    if scripts == {"Greek"}:
        base = unicodedata.normalize("NFD", character)[0]
        if ord(base) not in LOOKALIKES:
            return _GREEK_SIGN
        if character.islower():
            return _GREEK
    return _CODES[scripts]


def _mixes_digits(number: str) -> bool:
    return len({ord(digit) - unicodedata.decimal(digit) for digit in number}) > 1


def _named(character: str) -> str:
    name = unicodedata.name(character, unicodedata.category(character))
    return f"the character U+{ord(character):04X} ({name})"


def _texts(value: Any) -> Iterator[str]:
    for part in parts_of(value):
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            yield from part


def _place_of(text: str, value: Any) -> tuple[str, bool]:
    """The dotted path of the first part that is `text`, or that has it as a key; and which."""
    for trail, part in walk(value):
        if part == text or (isinstance(part, dict) and text in part):
            return ".".join(trail), part != text
    raise LookupError(text)
