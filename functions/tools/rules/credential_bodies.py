"""What is sent to store a credential: its value, and how it is shown."""

import re
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from events.connector_definition import Header
from events.credentials import CredentialKind, CredentialUse, Hosts, Shown
from shared.kit.models import Model
from shared.kit.secret_headers import may_hold
from shared.kit.webhooks import WrongSecret, keys_of

# What a header takes.
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")
MOST_CHARACTERS = 8_192
Secret = Annotated[SecretStr, Field(min_length=1, max_length=MOST_CHARACTERS)]
User = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
Url = Annotated[str, StringConstraints(strict=True, max_length=500)]
Word = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=500)]

# By kind, the fields that it needs beside the secret, and those that it may have.
_NEEDS: dict[CredentialKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bearer": ((), ()),
    "header": (("header",), ()),
    "basic": (("user",), ()),
    "oauth2": (("user", "token_url"), ("scope", "audience")),
    "webhook": ((), ()),
}


class CredentialBody(Model):
    """A credential. `secret` is the token, the header's value, the password, the secret of the
    OAuth 2.0 client whose id is `user`, or what signs webhooks, `whsec_…`, where the one before
    may follow after a space; it is stored and never shown again. It is sent to `hosts`
    and to no others, `used_by` connectors or by routes of models, which take `bearer` and
    `header`."""

    kind: CredentialKind
    used_by: CredentialUse = "connectors"
    hosts: Hosts
    secret: Secret
    header: Header | None = None
    user: User | None = None
    token_url: Url | None = None
    scope: Word | None = None
    audience: Word | None = None

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        needed, more = _NEEDS[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"a credential of the kind {self.kind} needs {name}")
        if self.used_by == "models" and not _PLAIN.fullmatch(self.secret.get_secret_value()):
            raise ValueError("a secret that goes into a header has printable ASCII and no line end")
        if self.used_by == "models" and self.kind not in ("bearer", "header"):
            raise ValueError(f"routes of models take bearer and header, and not {self.kind}")
        if self.used_by == "models" and self.header is not None and not may_hold(self.header):
            raise ValueError(f"{self.header!r} is no header that a credential may go into")
        if self.kind == "webhook":
            try:
                keys_of(self.secret.get_secret_value())
            except WrongSecret as error:
                raise ValueError(f"a secret of webhooks {error}") from error
        for name in Shown.model_fields:
            if getattr(self, name) is not None and name not in (*needed, *more):
                raise ValueError(f"a credential of the kind {self.kind} has no {name}")
        return self

    @property
    def shown(self) -> Shown:
        """What is public of it."""
        return Shown(**{name: getattr(self, name) for name in Shown.model_fields})
