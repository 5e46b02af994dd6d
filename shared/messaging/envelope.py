"""The event envelope: CloudEvents 1.0 with Assent's extensions (docs/architecture.md, Events)."""

import builtins
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from shared.kit.instants import Instant, format_instant
from shared.kit.models import Model

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
ATTRIBUTES = (
    "id",
    "type",
    "source",
    "subject",
    "time",
    "tenantid",
    "actorid",
    "correlationid",
    "causationid",
    "sequence",
    "traceparent",
    "workspaceid",
    "about",
)

NotEmpty = Annotated[str, StringConstraints(min_length=1)]
T = TypeVar("T", bound=BaseModel)


class Envelope(Model):
    """One event. A delivered timer or schedule has no cause and no sequence: it is not in the log,
    and the cause of what follows from it is its subject's latest event. `workspaceid` is the
    workspace that its subject belongs to, empty where that is none. `about` is the noun of Assent's
    own thing that its subject decides about, such as `agent`, so that readers get what is theirs.

    `received_at` is the time at the entry of the process that handles it, and `reader_clears` says,
    where it is published first, that its reader clears its flag; `carries` names the events that
    came with its message, whose flags its reader clears too. None of them is an attribute."""

    id: NotEmpty
    type: NotEmpty
    source: NotEmpty
    subject: NotEmpty
    time: Instant
    tenantid: str = ""
    actorid: str = ""
    correlationid: str = ""
    causationid: str = ""
    sequence: Annotated[int, Field(ge=0)] = 0
    traceparent: str = ""
    workspaceid: str = ""
    about: str = ""
    data: str = "{}"
    received_at: Instant
    reader_clears: bool = False
    carries: tuple[str, ...] = ()

    @property
    def subject_id(self) -> str:
        """The part of the subject after its noun."""
        return self.subject.partition("/")[2]

    @property
    def is_early(self) -> bool:
        """Whether it was received before its own time, which only a timer can be."""
        return self.received_at < self.time

    def payload(self, model: "builtins.type[T]") -> T:
        """The data as `model`. Raises pydantic.ValidationError, which no retry can avoid."""
        return model.model_validate_json(self.data)

    def attributes(self) -> dict[str, str]:
        """The attributes that have a value, by their CloudEvents names, as text."""
        values = {
            **{name: str(getattr(self, name)) for name in ATTRIBUTES},
            "time": format_instant(self.time),
            "sequence": str(self.sequence or ""),
        }
        return {name: value for name, value in values.items() if value}

    def headers(self) -> dict[str, str]:
        """Binary mode: `ce-*` and the content type, as HTTP headers or Pub/Sub attributes."""
        return {
            "ce-specversion": SPEC_VERSION,
            "Content-Type": CONTENT_TYPE,
            **{f"ce-{name}": value for name, value in self.attributes().items()},
        }


def envelope_from_headers(
    headers: Mapping[str, str], body: bytes, received_at: datetime
) -> Envelope:
    """The event in a binary-mode HTTP request (lower-case header names).

    Raises ValueError where an attribute is missing or the body is not a JSON object."""
    attributes = {
        name: headers[f"ce-{name}"] for name in ATTRIBUTES if headers.get(f"ce-{name}") is not None
    }
    if headers.get("ce-specversion") != SPEC_VERSION:
        raise ValueError(f"ce-specversion is {headers.get('ce-specversion')!r}, not {SPEC_VERSION}")
    text = body.decode() or "{}"
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("the data is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("the data is not a JSON object")
    values: dict[str, Any] = {**attributes, "data": text, "received_at": received_at}
    return Envelope.model_validate(values)
