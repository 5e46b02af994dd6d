"""Plain text: what a person reads is what a machine compares.

Follows Unicode's UTS 39, which asks for one script in each word, as far as scripts look alike."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from shared.kit.errors import WHOLE_BODY, FieldError, Invalid

# Letters of other alphabets that look like Latin letters, and those letters.
LOOKALIKES = str.maketrans(
    "авеԍһіјкӏмոорԛгѕтսѵԝхуցօԁсαεικνορτυχγӕ"
    "АВЕЅІЈКМНОРСТХУԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıȷℓ",
    "abeghijklmnopqrstuvwxygodcaeiknoptuxyæ"
    "ABESIJKMHOPCTXYWABEZHIKMNOPTYX"
    "abcdefghijklmnoprstuvwyzagijl",
)
LONGEST_PATH = 200

_PLAIN = re.compile(r"[\t\n\r -~]*\Z")

# Each character becomes one letter for its class, so that the rules are short patterns:
#   X refused; L l Latin; G g Greek look-alikes; the codes of _ALPHABETS; S a Latin letter in
#   disguise; B a letter of a mathematical font; j q letters and marks of scripts that spell with
#   joiners; M another mark; u ideograph; w any other letter; d a digit, # or *; D another digit;
#   E symbol; V v variation selectors; Z z joiner and non-joiner; Y keycap; a space for the rest
_ALPHABETS = {
    "CYRILLIC": "C",
    "ARMENIAN": "A",
    "HEBREW": "H",
    "CHEROKEE": "K",
    "COPTIC": "O",
    "GEORGIAN": "R",
    "LISU": "I",
    "FULLWIDTH": "F",
    "ROMAN": "N",
    "SMALL": "N",  # ROMAN NUMERAL
}
_MIXABLE = frozenset({"L", "G", "S", *_ALPHABETS.values()})
_FOREIGN = _MIXABLE | {"g"}
_JOINING = (
    *("ARABIC", "SYRIAC", "MANDAIC", "MONGOLIAN", "NKO", "THAANA", "DEVANAGARI", "BENGALI"),
    *("GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA"),
    *("TIBETAN", "MYANMAR", "KHMER", "BALINESE", "JAVANESE"),
)
_SPECIAL = {
    **dict.fromkeys("\t\n\r", " "),
    **dict.fromkeys("0123456789#*", "d"),
    # Letters and marks that nobody sees.
    **dict.fromkeys("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc", "X"),
    **dict.fromkeys("\ufe0e\ufe0f", "V"),
    **dict.fromkeys("\u180b\u180c\u180d\u180f", "v"),
    "\u200c": "z",
    "\u200d": "Z",
    "\u20e3": "Y",
    "\u2139": "E",
    "\u0131": "l",
    "\u0237": "l",
}
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ODD = re.compile(
    "X"
    "|(?<=[Mq]{3})[Mq]"  # a stack of marks
    "|(?<![jq])z"
    "|(?<![jqEV])Z"
    "|(?<=[EV])Z(?!E)"  # a joiner joins emoji
    "|(?<![Ed])V"
    "|(?<=d)V(?!Y)"
    "|(?<![ju])v"
)
_WORD = re.compile("[ABCFGHIKLMNORSgjlquw]+")
_NUMBER = re.compile(r"\d+")


def oddity(text: str) -> str | None:
    """What makes `text` not plain, by code point and position, or None: control and invisible
    characters, direction controls, lone surrogates, stacks of marks, words that mix alphabets
    which look alike, numbers that mix digits. Takes time in proportion to the text."""
    found = _first_oddity(text)
    return found[1] if found else None


def refuse_odd_text(value: Any) -> None:
    """Raises Invalid with the path of the first text or key of a JSON value that is not plain."""
    texts = list(_texts(value))
    found = _first_oddity("\n".join(texts))
    if found is None:
        return
    position = found[0]
    for text in texts:
        if position <= len(text):
            break
        position -= len(text) + 1
    problem = oddity(text)
    path, is_key = _place_of(text, value)
    told = f"has the key {ascii(text)[:80]}, which {problem}" if is_key else str(problem)
    raise Invalid(FieldError(path[:LONGEST_PATH] or WHOLE_BODY, told))


def _first_oddity(text: str) -> tuple[int, str] | None:
    if _PLAIN.match(text):
        return None
    classes = text.translate({ord(each): _class_of(each) for each in set(text)})
    if odd := _ODD.search(classes):
        at = odd.start()
        return at, f"has {_named(text[at])} at position {at}, which people misread: leave it out"
    if any(map(_is_mixed, set(_WORD.findall(classes)))):
        return next(_mixed_words(text, classes))
    if "D" in classes and any(map(_mixes_digits, set(_NUMBER.findall(text)))):
        return next(_mixed_numbers(text))
    return None


def _mixed_words(text: str, classes: str) -> Iterator[tuple[int, str]]:
    for word in _WORD.finditer(classes):
        if _is_mixed(word[0]):
            at = word.start() + _foreign_letter(word[0])
            shown = ascii(text[slice(*word.span())])[:80]
            letter = f"{_named(text[at])} at position {at}"
            yield at, f"mixes alphabets in {shown}: write it in one, without {letter}"


def _foreign_letter(word: str) -> int:
    if "B" in word:
        return word.index("B")
    own = (
        {"L", "l"} if {"L", "l"} & set(word) else {next(each for each in word if each in _MIXABLE)}
    )
    return next(at for at, each in enumerate(word) if each in _FOREIGN - own)


def _mixed_numbers(text: str) -> Iterator[tuple[int, str]]:
    for number in _NUMBER.finditer(text):
        if _mixes_digits(number[0]):
            odd = next(i for i, each in enumerate(number[0]) if not each.isascii())
            at = number.start() + odd
            digit = f"{_named(text[at])} at position {at}"
            yield at, f"mixes the digits of two scripts: write the number in one, without {digit}"


def _is_mixed(word: str) -> bool:
    if "B" in word:
        return len(word) > 1
    alphabets = _MIXABLE.intersection(word.upper())
    # Science writes TNF-alpha and interferon gamma with one small Greek letter after capitals.
    is_notation = alphabets == {"L", "G"} and "l" not in word and "G" not in word
    return len(alphabets) > 1 and not is_notation


def _mixes_digits(number: str) -> bool:
    return len({ord(digit) - unicodedata.decimal(digit) for digit in number}) > 1


def _class_of(character: str) -> str:
    if special := _SPECIAL.get(character):
        return special
    code = ord(character)
    # Unicode keeps these ranges for ideographs and pictographs that it has not assigned yet.
    if 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFD:
        return "u"
    if 0xAC00 <= code <= 0xD7A3:
        return "w"  # Hangul syllables
    if 0xFE00 <= code <= 0xFE0D or 0xE0100 <= code <= 0xE01EF:
        return "v"
    category = unicodedata.category(character)
    if category == "Cn" and 0x1F000 <= code <= 0x1FAFF:
        return "E"
    if category in _REFUSED_CATEGORIES:
        return "X"
    if category[0] in "LM" or category == "Nl":
        return _class_of_letter(character, category)
    if category == "Nd":
        return "D"
    return " " if character.isascii() or category[0] not in "SPN" else "E"


def _class_of_letter(letter: str, category: str) -> str:
    name = unicodedata.name(letter, "")
    script = name.partition(" ")[0].partition("-")[0]
    is_mark = unicodedata.combining(letter) > 0
    if script in _JOINING:
        return "q" if is_mark else "j"
    if category[0] == "M":
        return "M" if is_mark else "w"
    base = unicodedata.decomposition(letter)
    if base.startswith("<font>"):
        return "B"
    # Whoever reads small capitals sees them.
    is_disguised = script == "LATIN" and ord(letter) in LOOKALIKES and "CAPITAL" not in name
    if is_disguised or (len(base) == 4 and chr(int(base, 16)).isascii()):
        return "S"
    if script == "LATIN":
        return "L" if category == "Lu" else "l"
    if script == "GREEK":
        capital = "G" if category == "Lu" else "g"
        return capital if ord(letter) in LOOKALIKES else "w"
    return _ALPHABETS.get(script, "w")


def _named(character: str) -> str:
    name = unicodedata.name(character, unicodedata.category(character))
    return f"the character U+{ord(character):04X} ({name})"


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _place_of(text: str, value: Any) -> tuple[str, bool]:
    """The dotted path of the first part that is `text`, or that has it as a key; and which."""
    trail: list[str] = []
    levels: list[Iterator[tuple[str, Any]]] = [iter([("", value)])]
    while True:
        step = next(levels[-1], None)
        if step is None:
            levels.pop()
            trail.pop()
            continue
        name, item = step
        if item == text or (isinstance(item, dict) and text in item):
            return ".".join([*trail, name][1:]), item != text
        if isinstance(item, dict | list):
            levels.append(_parts(item))
            trail.append(name)


def _parts(item: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(item, dict):
        return iter(item.items())
    return ((str(index), each) for index, each in enumerate(item))
