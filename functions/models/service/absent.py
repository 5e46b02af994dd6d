"""Models that a call would have asked and that are not there."""

from typing import Literal, NamedTuple, Self

from shared.inference.brought import ModelRefusedError
from shared.inference.loading import ModelAbsentError

RAMPART, PATTERNS = "rampart", "patterns"

Because = Literal["model_absent", "model_refused", "model_busy"]


class AbsentModel(NamedTuple):
    """A model that did not answer, why, and what answered in its place: None where nothing did."""

    model: str
    because: Because
    answered_by: str | None

    @classmethod
    def of(cls, model: str, error: ModelAbsentError, answered_by: str | None) -> Self:
        """The model that the error is of: its files are not there, or not what their manifest
        says."""
        is_refused = isinstance(error, ModelRefusedError)
        return cls(model, "model_refused" if is_refused else "model_absent", answered_by)
