"""Generates `languages.json` beside it: what people write with, and what looks like ASCII.

`python -m tests.shared.kit.languages_source FOLDER`, where the folder has the packages of `FROM`,
unpacked side by side. Letters and sentences (most of the Universal Declaration of Human Rights) are
of languages that people write today. Another version of a package is another file, which somebody
must read and test."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("languages.json")
FROM = {
    "gflanguages": "PyPI 0.7.11, Apache-2.0: exemplar_chars, sample_text",
    "cldr-misc-full": "npm 48.2.0, Unicode-3.0: exemplarCharacters",
    "confusable_homoglyphs": "PyPI 3.3.1, MIT: confusables.txt of UTS 39",
}
# Ideographs and syllables are known by their ranges.
_RANGES = ("CJK UNIFIED IDEOGRAPH", "HANGUL SYLLABLE")
_SET = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\U([0-9A-Fa-f]{8})|(.)-(.)|(\S)", re.DOTALL)


def generated(folder: Path) -> dict[str, Any]:
    """The content of the file, from the packages in the folder."""
    alphabets: dict[str, str] = {}
    sentences: dict[str, str] = {}
    dead = set()
    for file in sorted((folder / "gflanguages/data/languages").glob("*.textproto")):
        text = file.read_text(encoding="utf-8")
        if "historical: true" in text:
            dead |= {file.stem} if "population: 0" in text else set()
            continue
        if base := re.search(r'^  base: "(.*)"$', text, re.MULTILINE):
            alphabets[file.stem] = _letters(base[1])
            sentence = re.search(r'^  tester: "(.*)"$', text, re.MULTILINE)
        if base and sentence:
            sentences[file.stem] = sentence[1].replace("\\'", "'").replace('\\"', '"')
    for file in sorted((folder / "cldr-misc-full/main").glob("*/characters.json")):
        name = file.parent.name.replace("-", "_")
        data = json.loads(file.read_text(encoding="utf-8"))["main"][file.parent.name]
        letters = _letters("".join(_members(data["characters"].get("exemplarCharacters", ""))))
        if not any(each == name or each.startswith(f"{name}_") for each in dead):
            alphabets[f"{name} (CLDR)"] = letters
    return {
        "from": FROM,
        "alphabets": {name: letters for name, letters in alphabets.items() if letters},
        "sentences": sentences,
        "alike": _alike(folder),
    }


def _letters(text: str) -> str:
    both = {each for one in text for each in (one, one.upper(), one.lower()) if len(each) == 1}
    kept = (each for each in both if not each.isascii() and _is_letter(each))
    return "".join(sorted(each for each in kept if not _is_of_range(each)))


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or character.isdecimal()


def _is_of_range(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_RANGES)


def _members(members: str) -> Iterator[str]:
    """The characters of a set in CLDR's notation; strings of several are taken apart."""
    for short, long, low, high, one in _SET.findall(members[1:-1]):
        if short or long:
            yield chr(int(short or long, 16))
        elif low:
            yield from map(chr, range(ord(low), ord(high) + 1))
        elif one not in "{}\\":
            yield one


def _alike(folder: Path) -> dict[str, str]:
    """What UTS 39 takes for each letter and digit of ASCII, and for some signs."""
    data = json.loads((folder / "confusable_homoglyphs/confusables.json").read_text("utf-8"))
    return {
        plain: "".join(sorted(each["c"] for each in data[plain] if _is_one(each["c"])))
        for plain in sorted(data)
        if plain.isascii() and (plain.isalnum() or plain in "!?:/")
    }


def _is_one(text: str) -> bool:
    return len(text) == 1 and not text.isascii()


if __name__ == "__main__":
    made = json.dumps(generated(Path(sys.argv[1])), ensure_ascii=False, indent=0)
    PATH.write_text(made + "\n", encoding="utf-8")
    sys.stdout.write(f"{PATH} is written\n")
