"""Models that a call would have asked and that are not there."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

from shared.inference.brought import ModelRefusedError
from shared.inference.loading import ModelAbsentError

RAMPART, PATTERNS = "rampart", "patterns"
HEADER = "Assent-Model-Absent"

Because = Literal["model_absent", "model_refused", "model_busy"]


class AbsentModel(NamedTuple):
    """A model that did not answer, and why."""

    model: str
    because: Because

    @classmethod
    def of(cls, model: str, error: ModelAbsentError) -> Self:
        """The model that the error is of: its files are not there, or not what their manifest
        says."""
        is_refused = isinstance(error, ModelRefusedError)
        return cls(model, "model_refused" if is_refused else "model_absent")


def header_of(absent: Iterable[AbsentModel], answered_by: str) -> dict[str, str]:
    """The header that names these absent models of this machine, and the route that answered
    instead. Empty where no model was absent."""
    said = [f"{each.model}; because={each.because}; answered-by={answered_by}" for each in absent]
    return {HEADER: ", ".join(said)} if said else {}
