"""Texts under the key of the person who wrote them: without the key nobody reads them.

A sealed text is itself a text, so it lies wherever the text would: in states, events, answers that
are kept, the audit log. It stands between two characters that no request may contain (they are not
plain text), so nobody can send one, and it is found again inside a longer text."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from shared.kit.errors import AssentError

# What is shown in place of a text whose key was erased.
ERASED = "[erased]"
KEY_BYTES = 64
_FORM = b"assent-sealed-v1"
_OPEN, _CLOSE = "\ue000", "\ue001"
# The principal (shared.kit.callers.Identifier), the name of its key, and the text in base 85, which
# is shorter than base 64 and needs no escape in JSON.
_SEALED = re.compile(
    "\ue000([A-Za-z0-9][A-Za-z0-9._@:+-]{0,127})/([A-Za-z0-9_-]{8})"
    "/([0-9A-Za-z!#$%&()*+;<=>?@^_`{|}~-]+)\ue001"
)


class SealBroken(AssentError):
    """A sealed text is not as it was sealed. No retry can succeed."""

    code = "seal_broken"
    title = "A sealed text is not as it was sealed"
    http_status = 409


@dataclass(frozen=True)
class SubjectKey:
    """The key of one person in one tenant. Whose key was erased has another one with the next text;
    their names tell them apart."""

    tenant_id: str
    subject: str
    key: bytes

    @cached_property
    def name(self) -> str:
        """Which key it is; says nothing of the key itself."""
        return base64.urlsafe_b64encode(hashlib.sha256(_FORM + self.key).digest()[:6]).decode()

    def seal(self, text: str) -> str:
        """The sealed text. The same text gives the same one, so that a repetition stays one; what
        it is longer by, and that two texts of one person are equal, can be seen."""
        sealed = self._cipher.encrypt(text.encode(), [self._about])
        return f"{_OPEN}{self.subject}/{self.name}/{base64.b85encode(sealed).decode()}{_CLOSE}"

    def open(self, sealed: bytes) -> str:
        """The text. Raises SealBroken where it is not as this key sealed it."""
        try:
            return self._cipher.decrypt(sealed, [self._about]).decode()
        except InvalidTag as error:
            raise SealBroken(f"a text of {self.subject} is not as it was sealed") from error

    @cached_property
    def _cipher(self) -> AESSIV:
        return AESSIV(self.key)

    @property
    def _about(self) -> bytes:
        # A text that is moved to another tenant, or under another's name, does not open.
        return _FORM + f"\n{self.tenant_id}\n{self.subject}".encode()


def is_sealed(text: str) -> bool:
    """Whether a text of a person is sealed in it."""
    return _OPEN in text and _SEALED.search(text) is not None


def subjects_in(text: str) -> set[str]:
    """Whose sealed texts are in a text."""
    return {found[1] for found in _SEALED.finditer(text)} if _OPEN in text else set()


def open_all(text: str, keys: Mapping[str, SubjectKey | None], *, in_json: bool = False) -> str:
    """The text with what is sealed in it opened by the `keys` of its subjects, and ERASED where the
    key is gone; `in_json`, the text is JSON. Raises SealBroken."""

    def opened(found: re.Match[str]) -> str:
        key = keys.get(found[1])
        plain = ERASED
        if key is not None and key.name == found[2]:
            plain = key.open(_decoded(found[1], found[3]))
        return json.dumps(plain, ensure_ascii=False)[1:-1] if in_json else plain

    return _SEALED.sub(opened, text) if _OPEN in text else text


def _decoded(subject: str, text: str) -> bytes:
    try:
        return base64.b85decode(text)
    except ValueError as error:
        raise SealBroken(f"a text of {subject} is not as it was sealed") from error
