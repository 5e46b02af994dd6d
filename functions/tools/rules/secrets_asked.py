"""Whether a server's question names a secret. Words find many such questions and not all: a person
sees the others as what a stranger wrote. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# In any text, and in the names and titles of fields too.
_SECRETS = {
    *("password", "passwords", "passwort", "passwd", "passphrase", "passcode", "pwd"),
    *("secret", "secrets", "token", "tokens", "credential", "credentials", "apikey", "otp"),
}
_SECRET_FIELDS = {*_SECRETS, "pin", "cvv", "cvc", "totp"}
_KEYS = {"key", "keys", "code", "codes"}
_KINDS_OF_KEY = {
    *("api", "access", "private", "signing", "encryption", "ssh", "license", "recovery"),
    *("security", "verification", "authentication", "backup"),
}
_WITHIN_NAME = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")


def names_secret(message: str, fields: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether the message or a field of the form asks for a password, a token, a key or the
    like."""
    return _in_text(message) or any(_in_field(name, field) for name, field in fields.items())


def _in_field(name: str, field: Mapping[str, Any]) -> bool:
    if field.get("format") == "password" or field.get("writeOnly") is True:
        return True
    for text in (name, field.get("title")):
        words = _words(text)
        if _SECRET_FIELDS & set(words) or (words and words[-1] in ("key", "keys")):
            return True
    return _in_text(field.get("description"))


def _in_text(text: Any) -> bool:
    words = _words(text)
    pairs = itertools.pairwise(words)
    is_key = any(kind in _KINDS_OF_KEY and key in _KEYS for kind, key in pairs)
    return is_key or bool(_SECRETS & set(words))


def _words(text: Any) -> list[str]:
    if not isinstance(text, str):
        return []
    # What nobody sees divides no word.
    seen = "".join(
        each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf"
    )
    parted = _WITHIN_NAME.sub(" ", seen)
    found = [*_WORD.findall(parted), *(_WORD.findall(seen) if parted != seen else ())]
    return [each.casefold() for each in found]
