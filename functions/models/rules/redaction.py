"""Puts placeholders where personal data was, and back."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from events.models import Privacy
from functions.models.rules.personal import REGIONS, Finder, Found, Recognise, TooMuch
from shared.kit.digests import mac_of
from shared.kit.errors import FieldError, Invalid
from shared.kit.json_parts import parts_of

CLASSES: frozenset[Privacy] = frozenset(get_args(Privacy))
_WORD = re.compile(r"[\w-]+")
_BYTES = 8
PLACEHOLDER = re.compile(r"\[(?:address|card|iban|id|ip|mail|name|phone)-[0-9a-f]{16}\]")
LONGEST = len("[address-0123456789abcdef]")
# What is a file and not a text, by the name of its field.
_FILES = {"data", "file_data"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]*")
_DATA = re.compile(r"data:[\w.+/;=-]{0,90};base64,[A-Za-z0-9+/=_-]*")
# Their texts are signed by the provider, and have to come back as they were.
_SIGNED = {"thinking", "redacted_thinking"}


class Obliged:
    """What the values of `@redact` oblige to: the `classes` of routes that are told placeholders,
    and the `regions` whose national numbers are recognised. Where one names anything else, or no
    class, all classes are meant: nothing is told because a word was misspelt."""

    def __init__(self, values: Iterable[str]) -> None:
        classes: set[Privacy] = set()
        regions: set[str] = set()
        for value in values:
            words = set(_WORD.findall(value))
            named: set[Privacy] = {each for each in CLASSES if each in words}
            strange = words - named - REGIONS
            classes |= CLASSES if strange or not named else named
            regions |= words & REGIONS
        self.classes = frozenset(classes)
        self.regions = frozenset(regions)


class Redaction:
    """The placeholders of one call. Equal values have equal ones; nobody who does not see the call
    can say one, because they are made with a `secret` of it alone. A placeholder that comes back
    altered is none: it stays as it is."""

    def __init__(
        self,
        obliged: Obliged,
        secret: bytes,
        names: Iterable[str] = (),
        recognise: Recognise | None = None,
    ) -> None:
        self.classes = obliged.classes
        self._finder = Finder(obliged.regions, names, recognise)
        self._secret = secret
        self._values: dict[str, str] = {}
        self.body: Mapping[str, Any] = {}
        # By how many bytes the body grew, where it did.
        self.growth = 0

    @property
    def count(self) -> int:
        """How many values have a placeholder."""
        return len(self._values)

    def take(self, body: Mapping[str, Any]) -> None:
        """Sets `body` to the given one with placeholders. Raises Invalid for one that is too large
        to look through."""
        self._finder.keep_names(each for each in parts_of(body) if isinstance(each, str))
        try:
            self.body = _with_texts(body, self.hidden, _is_file)
        except TooMuch as error:
            said = "has too much to look for personal data in: ask in parts"
            raise Invalid(
                FieldError("messages" if "messages" in body else "input", said)
            ) from error

    def restored(self, answer: Any) -> Any:
        """A JSON value of the answer with the values in the place of their placeholders."""
        return _with_texts(answer, self.shown, _is_signed) if self._values else answer

    def shown(self, text: str) -> str:
        """The text with the values in the place of their placeholders, in one pass: what stood in a
        value stays."""
        return PLACEHOLDER.sub(lambda found: self._values.get(found[0], found[0]), text)

    def found_in(self, text: str) -> list[tuple[Found, str]]:
        """What is personal in the text, each with its placeholder. Raises TooMuch."""
        return [
            (each, self._placeholder(each.kind, text[each.start : each.end]))
            for each in self._finder.find(text)
        ]

    def hidden(self, text: str) -> str:
        """The text with placeholders. Raises TooMuch."""
        parts, end = [], 0
        for found, placeholder in self.found_in(text):
            value = text[found.start : found.end]
            parts += [text[end : found.start], placeholder]
            end = found.end
            self.growth += max(len(placeholder) - len(value.encode(errors="surrogatepass")), 0)
        return "".join((*parts, text[end:]))

    def _placeholder(self, kind: str, value: str) -> str:
        digest = mac_of(self._secret, f"{kind}:{value}".encode(errors="surrogatepass"))
        placeholder = f"[{kind}-{digest[:_BYTES].hex()}]"
        self._values[placeholder] = value
        return placeholder


def _with_texts(
    value: Any, change: Callable[[str], str], is_left: Callable[[Mapping[str, Any], str], bool]
) -> Any:
    """The JSON value with each text changed, but for keys and what is left."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            key: each if is_left(value, key) else _with_texts(each, change, is_left)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_with_texts(each, change, is_left) for each in value]
    return value


def _is_file(part: Mapping[str, Any], key: str) -> bool:
    value = part[key]
    if not isinstance(value, str):
        return False
    is_encoded = part.get("type") == "base64" or "format" in part or "filename" in part
    return _DATA.fullmatch(value) is not None or (
        key in _FILES and is_encoded and _BASE64.fullmatch(value) is not None
    )


def _is_signed(part: Mapping[str, Any], key: str) -> bool:
    return key in _SIGNED or part.get("type") in _SIGNED
