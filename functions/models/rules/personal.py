"""Finds personal data: what has a form, mail and internet addresses and numbers whose digits check,
and what a model recognises where there is one. The checks are those of the libraries phonenumbers
and python-stdnum; a pattern only says where to look, and is as long as its text is."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import phonenumbers
from stdnum import get_cc_module, iban, luhn
from stdnum.exceptions import ValidationError

REGIONS: frozenset[str] = frozenset(phonenumbers.SUPPORTED_REGIONS)
# So many checks are made in one call; each takes some tenth of a millisecond.
MOST_CHECKED = 20_000
# So many times a name is looked for in a text; each takes some tenth of a microsecond.
MOST_SEARCHED = 2_000_000
# A model reads so many characters in one call, which takes it some ten seconds of a processor.
MOST_READ = 100_000
# Spaces that do not break stand in copied numbers.
_SPACES = {0xA0: " ", 0x2007: " ", 0x202F: " "}
# The numbers of python-stdnum that each name one person, by region.
_NATIONAL = (
    "AT.vnr AU.tfn BE.nn BG.egn BR.cpf CA.sin CH.ssn CL.rut CN.ric CZ.rc DE.idnr DK.cpr EE.ik "
    "ES.dni ES.nie FI.hetu FR.nir GB.nhs GR.amka HR.oib IE.pps IL.idnr IN.aadhaar IN.pan "
    "IT.codicefiscale KR.rrn LT.asmens LV.pk MX.curp NL.bsn NO.fodselsnummer PL.pesel PT.cc "
    "RO.cnp SE.personnummer SK.rc TR.tckimlik US.itin US.ssn ZA.idnr"
)
_MAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]?\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{3,39}(?:\.\d{1,3}){0,3}(?![\w:])"
)
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}(?!\w)")
_CARD = re.compile(r"(?<![\w+])\d(?:[ -]?\d){12,18}(?!\w)")
_PHONE = re.compile(r"(?<![\w+-])\(?\+?\d[\d ()./-]{4,20}\d(?!-?\w)")
_NUMBER = re.compile(r"(?<!\w)(?:\d[\d ./-]{5,20}[\dA-Z]|[A-Z0-9][A-Z0-9-]{6,17})(?!\w)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN = re.compile(r"[^\W_]")
# What JSON writes without an escape.
_PIECES = re.compile(r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]+')


class Found(NamedTuple):
    """One piece of personal data: where it is in the text, and of which kind."""

    start: int
    end: int
    kind: str


# Gives the names and addresses of a text.
Recognise = Callable[[str], Iterable[tuple[int, int, str]]]


class TooMuch(Exception):
    """More than is looked through in one call."""


class Finder:
    """Finds what is personal in the texts of one call. National numbers, of telephones and of
    persons, are those of the `regions`, by their two letters; `names` are found as they are
    written; with `recognise` also names and addresses of anybody. Equal candidates are checked
    once."""

    def __init__(
        self,
        regions: Iterable[str],
        names: Iterable[str] = (),
        recognise: Recognise | None = None,
    ) -> None:
        self._recognise = recognise
        self._read: dict[str, list[Found]] = {}
        self._regions = tuple(sorted(REGIONS.intersection(regions)))
        # A value stands for its placeholder within JSON too, so it needs no escape.
        self._names = {each for each in names if not set('"\\') & set(each) and each.isprintable()}
        self._known: dict[tuple[str, str], str] = {}
        self._looked_up = self._searched = 0

    def keep_names(self, texts: Iterable[str]) -> None:
        """Looks from now on for the names that are in these texts at all."""
        every = "\n".join(texts)
        self._names = {each for each in self._names if each in every}

    def find(self, text: str) -> list[Found]:
        """What is personal in the text, in its order. Where two overlap they are one, so that no
        part of either is left. Raises TooMuch."""
        text = text.translate(_SPACES)
        found: list[Found] = []
        for each in sorted(self._candidates(text), key=lambda each: (each.start, -each.end)):
            if found and each.start < found[-1].end:
                found[-1] = found[-1]._replace(end=max(each.end, found[-1].end))
            else:
                found.append(each)
        return found

    def _candidates(self, text: str) -> Iterator[Found]:
        for said in _MAIL.finditer(text):
            yield Found(said.start(), said.end(), "mail")
        yield from self._recognised(text)
        yield from self._names_in(text)
        for kind, pattern, check in (
            ("ip", _IPV4, _ip),
            ("ip", _IPV6, _ip),
            ("iban", _IBAN, self._iban),
            ("card", _CARD, _card),
            ("phone", _PHONE, self._phone),
            ("id", _NUMBER, self._national),
        ):
            for said in pattern.finditer(text):
                if held := self._checked(kind, said[0], check):
                    yield Found(said.start(), said.start() + len(held), kind)

    def _names_in(self, text: str) -> Iterator[Found]:
        self._searched += len(self._names)
        if self._searched > MOST_SEARCHED:
            raise TooMuch
        for name in self._names:
            start = text.find(name)
            while start >= 0:
                end = start + len(name)
                if not _is_inside(text, start, end):
                    yield Found(start, end, "name")
                start = text.find(name, end)

    def _recognised(self, text: str) -> Iterable[Found]:
        """A single word may be one that the wire or a program needs as it is. A whole name is from
        then on found wherever it is written."""
        if self._recognise is None or " " not in text.strip():
            return ()
        if text not in self._read:
            if sum(map(len, self._read)) + len(text) > MOST_READ:
                raise TooMuch
            self._read[text] = [
                Found(start + piece.start(), start + piece.end(), kind)
                for start, end, kind in self._recognise(text)
                for piece in _PIECES.finditer(text[start:end])
                if _PLAIN.search(piece[0])
            ]
            said = (text[each.start : each.end] for each in self._read[text] if each.kind == "name")
            self._names.update(each for each in said if " " in each)
        return self._read[text]

    def _checked(self, kind: str, candidate: str, check: Callable[[str], str]) -> str:
        """As much of the candidate, from its beginning, as is of that kind."""
        key = kind, candidate
        if key not in self._known:
            self._known[key] = check(candidate)
        return self._known[key]

    def _count(self) -> None:
        self._looked_up += 1
        if self._looked_up > MOST_CHECKED:
            raise TooMuch

    def _phone(self, said: str) -> str:
        plain = f"+{said[2:]}" if said.startswith("00") else said
        regions: Sequence[str | None] = (None,) if plain.startswith(("+", "(+")) else self._regions
        for region in () if _DATE.match(said) else regions:
            self._count()
            if _is_phone(plain, region):
                return said
        return ""

    def _iban(self, said: str) -> str:
        self._count()
        # What follows may look like a part of it.
        for end in range(len(said), 14, -1):
            if said[end - 1] != " " and iban.is_valid(said[:end]):
                return said[:end]
        return ""

    def _national(self, said: str) -> str:
        for module in (each for region in self._regions for each in _modules(region)):
            self._count()
            if _is_valid(module, said):
                return said
        return ""


def _is_inside(text: str, start: int, end: int) -> bool:
    """Whether that part of the text is in the middle of a word."""
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return any(each.isalnum() or each == "_" for each in around)


def _is_phone(said: str, region: str | None) -> bool:
    # Where numbers within the country begin with 0, one that does not is a number of orders.
    if region and _begins(region) == "0" and not said.lstrip("(").startswith("0"):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(said, region))
    except phonenumbers.NumberParseException:
        return False


def _begins(region: str) -> str | None:
    """What stands before a number within its country."""
    known = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return known.national_prefix if known else None


def _ip(said: str) -> str:
    try:
        ipaddress.ip_address(said)
    except ValueError:
        return ""
    # `::` is an address, and an operator of many languages.
    return said if _PLAIN.search(said) else ""


def _card(said: str) -> str:
    digits = re.sub(r"\D", "", said)
    return said if digits[0] in "23456" and luhn.is_valid(digits) else ""


@cache
def _modules(region: str) -> tuple[Any, ...]:
    named = (each.split(".") for each in _NATIONAL.split())
    found = (get_cc_module(of.lower(), name) for of, name in named if of == region)
    return tuple(each for each in found if each is not None)


def _is_valid(module: Any, said: str) -> bool:
    try:
        return bool(module.validate(said))
    except (ValidationError, ValueError, IndexError, KeyError):
        return False
