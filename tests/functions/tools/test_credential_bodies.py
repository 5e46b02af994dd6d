"""A credential has what its kind needs and nothing else, and shows no secret."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from functions.tools.rules.credential_bodies import CredentialBody

SECRET = "s3cret-of-the-clinic"
WEBHOOK = f"whsec_{base64.b64encode(bytes(24)).decode()}"
OAUTH = {"user": "desk", "token_url": "https://login.example/token"}


def _body(**fields: Any) -> CredentialBody:
    return CredentialBody(**{"hosts": ("api.example",), "secret": SECRET, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "bearer"},
        {"kind": "header", "header": "X-Api-Key"},
        {"kind": "basic", "user": "desk"},
        {"kind": "oauth2", **OAUTH},
        {"kind": "oauth2", **OAUTH, "scope": "read", "audience": "api"},
        {"kind": "webhook", "secret": WEBHOOK},
        {"kind": "bearer", "used_by": "models"},
        {"kind": "header", "used_by": "models", "header": "X-Api-Key"},
    ],
)
def test_what_is_public_of_it_is_all_but_its_secret(fields: Any) -> None:
    body = _body(**fields)
    said = {name: value for name, value in fields.items() if name in ("user", "header", *OAUTH)}
    assert body.shown.model_dump(include=set(said)) == said
    assert SECRET not in repr(body)
    assert SECRET not in body.shown.model_dump_json()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "header"}, "of the kind header needs header"),
        ({"kind": "basic"}, "of the kind basic needs user"),
        ({"kind": "oauth2", "user": "desk"}, "of the kind oauth2 needs token_url"),
        ({"kind": "bearer", "user": "desk"}, "of the kind bearer has no user"),
        ({"kind": "webhook"}, "a secret of webhooks"),
        (
            {"kind": "basic", "used_by": "models", "user": "desk"},
            "bearer and header, and not basic",
        ),
        ({"kind": "bearer", "used_by": "models", "secret": "a\nb"}, "no line end"),
        ({"kind": "bearer", "used_by": "models", "secret": "schlüssel"}, "printable ASCII"),
        (
            {"kind": "header", "used_by": "models", "header": "Host"},
            "no header that a credential may go into",
        ),
    ],
)
def test_what_does_not_belong_to_its_kind_is_refused_in_words(fields: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _body(**fields)
