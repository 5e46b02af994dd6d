"""What a connector of the kind `smtp` says of the mail that its relay takes, and its operation."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.kit.models import Model

MOST_RECIPIENTS = 20
MOST_ATTACHMENTS = 5

_Line = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
_Address = Annotated[str, StringConstraints(strict=True, min_length=3, max_length=254)]
_Pattern = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=254)]


class MailSettings(Model):
    """Who mail is from, and who may be sent any: addresses, `*@` and a domain for everybody there,
    or `*` for everybody. `most_recipients` bounds those of one mail."""

    from_address: _Address
    from_name: _Line | None = None
    recipients: Annotated[tuple[_Pattern, ...], Field(min_length=1, max_length=50)]
    most_recipients: Annotated[int, Field(strict=True, ge=1, le=MOST_RECIPIENTS)] = MOST_RECIPIENTS


_ADDRESSES = {
    "type": "array",
    "maxItems": MOST_RECIPIENTS,
    "items": {"type": "string", "minLength": 3, "maxLength": 254},
}
_ATTACHMENT = {
    "type": "object",
    "required": ["name", "media_type"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "media_type": {"type": "string", "minLength": 3, "maxLength": 100},
        "text": {"type": "string", "maxLength": 150_000},
        "base64": {"type": "string", "maxLength": 200_000},
    },
    "oneOf": [{"required": ["text"]}, {"required": ["base64"]}],
}

# The one operation of a relay, as the catalogue's connector `mail` names it.
SEND = "messages.send"
SEND_SUMMARY = "Sends a mail through the relay, from its address."
SEND_INPUT: dict[str, Any] = {
    "type": "object",
    "required": ["to", "subject", "text"],
    "additionalProperties": False,
    "properties": {
        "to": {**_ADDRESSES, "minItems": 1},
        "cc": _ADDRESSES,
        "subject": {"type": "string", "minLength": 1, "maxLength": 300},
        "text": {"type": "string", "minLength": 1, "maxLength": 100_000},
        "attachments": {"type": "array", "maxItems": MOST_ATTACHMENTS, "items": _ATTACHMENT},
    },
}
# Whom the relay took the mail for, and whom not, in its own words.
SEND_OUTPUT: dict[str, Any] = {
    "type": "object",
    "required": ["message_id", "accepted", "refused"],
    "additionalProperties": False,
    "properties": {
        "message_id": {"type": "string"},
        "accepted": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "refused": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["address", "code", "detail"],
                "properties": {
                    "address": {"type": "string"},
                    "code": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
