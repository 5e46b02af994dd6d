"""Refusals as programs read them on the wire that they speak. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from events.models import Wire
from functions.models.rules.refusals import ProviderSilent
from shared.kit.errors import AssentError
from shared.kit.refusal_documents import anthropic_document, openai_document


def refusal_body(wire: Wire, error: AssentError) -> bytes:
    """The body of an answer that refuses."""
    return compact(anthropic_document(error) if wire == "messages" else openai_document(error))


def refusal_event(wire: Wire, error: AssentError) -> bytes:
    """The last event of a stream that breaks off."""
    begins = b"event: error\ndata: " if wire == "messages" else b"data: "
    return begins + refusal_body(wire, error) + b"\n\n"


def provider_refusal(wire: Wire, body: bytes, status: int) -> bytes:
    """The provider's own body, where that is a JSON object; otherwise a refusal with its status."""
    try:
        if isinstance(json.loads(body), dict):
            return body
    except ValueError:
        pass
    return refusal_body(wire, ProviderSilent(f"the model's server answered {status}"))


def compact(document: Mapping[str, Any]) -> bytes:
    """The document as JSON without blanks."""
    return json.dumps(document, separators=(",", ":")).encode()
