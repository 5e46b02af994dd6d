"""An event as the rules read it."""

import builtins
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from shared.kit.errors import FieldError, Invalid
from shared.kit.instants import format_instant

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Fact:
    """One event of the log. `at` is a formatted instant, so that it sorts as text."""

    id: str
    type: str
    subject: str
    sequence: int
    time: datetime
    actor: str
    data: str

    @property
    def at(self) -> str:
        return format_instant(self.time)

    @property
    def subject_id(self) -> str:
        return self.subject.partition("/")[2]

    @property
    def name(self) -> str:
        """`assent.approval.auto_approved.v1` → `auto_approved`."""
        return self.type.split(".")[2]

    def payload(self, model: "builtins.type[T]", identified_by: str) -> T:
        """The data as `model`. Raises pydantic.ValidationError, or Invalid where the field
        `identified_by` is not the subject's id: neither can be mended by a retry."""
        data = model.model_validate_json(self.data)
        if getattr(data, identified_by) != self.subject_id:
            raise Invalid(FieldError(identified_by, f"is not that of {self.subject}"))
        return data
