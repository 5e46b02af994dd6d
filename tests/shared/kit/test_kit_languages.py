"""People write in every language with its own letters, and no letter imitates ASCII in a word.

Alphabets, sentences and look-alikes are in `languages.json`, which `languages_source` makes."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.characters import scripts_of
from shared.kit.errors import Invalid
from shared.kit.plain_text import oddity, refuse_odd_text

_KNOWN = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))
ALPHABETS: dict[str, str] = _KNOWN["alphabets"]
SENTENCES: dict[str, str] = _KNOWN["sentences"]
ALIKE: dict[str, str] = _KNOWN["alike"]

REFUSED_LETTERS = {
    "Ʀ": "reads as R, and its alphabet (Alutiiq) has no other letter that shows the language",
    "\u0f77": "Unicode deprecates it",
    "\u0f79": "Unicode deprecates it",
}
REFUSED_SENTENCES = {
    "ks_Arab": "a joiner between letters that join anyway",
    "maz_Latn": "a stroke over letters",
    "suz_Sunu": "letters that are newer than the table",
}
# The words are spelt with one character of UTS 39 for each letter in turn; these are let through.
WORDS = [
    *("paypal", "google", "amazon", "microsoft", "apple", "visa", "mastercard", "PAYPAL", "Google"),
    *("approve", "reject", "delete", "transfer", "invoice", "payment", "refund", "governor"),
    *("total", "million", "thousand", "USD", "EUR", "IBAN", "SWIFT", "1000", "2568", "3479"),
    *("admin", "root", "sudo", "shutdown", "login", "bank.example", "https://bank.example"),
]
LET_THROUGH = {
    "ıɩɣ": "Turkish, Mooré and Kabyle have sentences with no other of their letters",
    "×": "length×width",
    "∪⋃": "A∪B, between single letters",
    "〳ノ丿": "words of Japanese and Chinese begin with them, also after a slash",
    "ΙІӀℐℑℓⅠⅼ∣⏽ⵏꓲ￨𐌠𖼨ΟОՕଠዐⵔ〇ꓳ𐓂ᒿꛯଃЗӠ𖼻𝈆𝈒": "a number's end, where O and l of ASCII stand too",
}
HONEST = [
    "Miaƒe nuɖuɖu le ʋua me, eye woɖo ŋkume ɖe edzi.",  # Ewe
    "Pɩkɛnɩ tʊmɩyɛ nɖɩ, ƖSƆTƱ yɔɔ.",  # Kabiye
    "Ɔwa rʌru bɛ təkə yi tʌthɔf.",  # Temne
    "ǃGâi tsēs, ǂkhoadi ǁnāti ǀgui.",  # Khoekhoe
    "Ƀing ană ƀuôn sang",  # Jarai
    "SENĆOŦEN: ȻENTOL ȾO, ⱥ",
    "ᠨᠡᠷ᠎ᠡ ᠪᠠ᠋ᠭᠠ ᠮᠣᠩᠭᠣᠯ ᠤᠯᠤᠰ",
    "kʷukʷ, xʷəlməxʷ, t̓ᶿ",
    "E = hν, E = 2hν/3, hν/kT, (ρg), p = 3αt, nσ.",
    "Հայերեն․ գրեք",
    "AIဝန်ဆောင်မှု",
]
IMITATING = {
    "one rare letter in an English word": ("Please saʋe it", "U+028B", "read as u"),
    "company in another sentence": ("Miaƒe ŋkume. Please saʋe it", "U+028B", "read as u"),
    "a click as a letter": ("paypaǀ", "U+01C0", "read as l"),
    "a click as a mark": ("Approve itǃ", "U+01C3", "read as !"),
    "a glottal stop as a question mark": ("Approve itʔ", "U+0294", "read as ?"),
    "a rare letter as a digit": ("pay Ȣ00 € à Luc", "U+0222", "misread"),
    "a rare letter as a number": ("pay Ȣ € à Luc", "U+0222", "misread"),
    "a letter within a number": ("pay 1Ο00", "U+039F", "misread"),
    "a Thai digit in a Latin word": ("g๐๐gle", "U+0E50", "misread"),
    "a Thai digit at the end of one": ("hell๐", "U+0E50", "misread"),
    "a union in a word": ("pa∪l", "U+222A", "misread"),
    "a wide colon in an address": ("https：//bank.example", "U+FF1A", "misread"),
    "a slash of dates in an address": ("https:⁄/bank.example", "U+2044", "misread"),
    "a ratio in an address": ("https∶//bank.example", "U+2236", "misread"),
    "a Greek letter in a host's name": ("stream.tν", "U+03BD", "mixes alphabets"),
    "a Greek letter in a host's label": ("tν.example", "U+03BD", "mixes alphabets"),
    "an omicron in no formula": ("gο", "U+03BF", "mixes alphabets"),
    "raised letters alone": ("ʷʰʸ", "U+02B7", "misread"),
    "a Mongolian selector after another": ("ᠠ᠋᠋", "U+180B", "misread"),
    "a Mongolian separator at the end": ("ᠨᠡᠷ᠎", "U+180E", "misread"),
}


def _words(alphabet: str) -> dict[str, str]:
    """A word for each letter: the letter between two others of its script."""
    bases = [each for each in alphabet if unicodedata.category(each) in ("Lu", "Ll", "Lo")]
    words = {}
    for letter in alphabet:
        beside = [
            each for each in bases if scripts_of(each) & scripts_of(letter) and each != letter
        ]
        near = (beside or ["a"])[0]
        words[letter] = f"{near}{letter}{near}"
    return words


def _refused(alphabet: str) -> Iterator[str]:
    """The letters that stand in no word, not even beside words with the rest of the alphabet."""
    words = _words(alphabet)
    if oddity(" ".join(words.values())) is None:
        return
    rest = " ".join(word for word in words.values() if oddity(word) is None)
    yield from (each for each, word in words.items() if oddity(f"{word} {rest}") is not None)


def test_every_letter_of_every_alphabet_is_written() -> None:
    refused = {letter for alphabet in ALPHABETS.values() for letter in _refused(alphabet)}
    assert refused - {"ʀ"} == REFUSED_LETTERS.keys()  # ʀ stands alone, but not beside its capital
    assert len(ALPHABETS) > 1_300
    assert sum("CLDR" in name for name in ALPHABETS) > 500


def test_sentences_of_every_language_are_plain() -> None:
    refused = {name for name, sentence in SENTENCES.items() if oddity(sentence) is not None}
    assert refused == REFUSED_SENTENCES.keys()
    assert len(SENTENCES) > 400


@pytest.mark.parametrize("text", HONEST)
def test_rare_letters_and_formulas_are_plain(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert oddity(unicodedata.normalize(form, text)) is None


@pytest.mark.parametrize(("text", "named", "why"), IMITATING.values(), ids=IMITATING.keys())
def test_a_letter_that_imitates_ascii_is_refused(text: str, named: str, why: str) -> None:
    problem = str(oddity(text))
    assert named in problem
    assert why in problem


def test_the_letters_of_one_text_say_nothing_about_another() -> None:
    with pytest.raises(Invalid) as refusal:
        refuse_odd_text(["Miaƒe ŋkume", "saʋe"])
    assert refusal.value.errors[0].field == "1"


def test_words_spelt_with_one_look_alike_are_refused() -> None:
    spelt = dict(_misspelt())
    passed = [odd for text, odd in spelt.items() if oddity(text) is None]
    assert set(passed) == set("".join(LET_THROUGH))
    assert len(passed) / len(spelt) < 0.011
    assert len(spelt) > 5_600


def _misspelt() -> Iterator[tuple[str, str]]:
    """The words in a sentence, each letter replaced by each character that UTS 39 takes for it."""
    for word in WORDS:
        for at, plain in enumerate(word):
            # UTS 39 takes these for one another.
            like = {"0": "O", "1": "l", "I": "l", "m": "rn"}.get(plain, plain)
            for odd in ALIKE.get(like, ""):
                yield f"Please check {word[:at]}{odd}{word[at + 1 :]} today", odd
