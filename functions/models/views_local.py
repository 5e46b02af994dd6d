"""What the API takes for models that run in its own process, and shows of them."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StringConstraints, model_validator

from functions.models.rules.forecast import Method
from functions.models.rules.personal import REGIONS
from functions.models.service.absent import Because
from shared.kit.models import Data, Model

# To recognise names in so many characters takes some two seconds of a processor.
MOST_REDACTED = 20_000
MOST_SUMMARISED = 100_000
_Region = Annotated[str, StringConstraints(max_length=20)]
_Value = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False, strict=True)]
MOST_VALUES = 2_000
Ended = Literal["stop", "length", "time"]
SummarisedBy = Literal["textrank", "first_sentences"]
Task = Literal["recognition", "embeddings", "summaries", "language"]


class LocalModelView(Data):
    """A model that runs in Assent's own process: what for, whose it is, and what works in its place
    where it is not `present`. `sha256` is of its file, or of its manifest where an operator brings
    it; null where that is absent. Nobody knows the licence and the source of one that an operator
    brings and that is absent. `refused` says why files that are there are not used."""

    name: str
    task: Task
    licence: str | None
    source: str | None
    present: bool
    sha256: str | None
    without_it: str
    refused: str | None = None


class AbsentView(Data):
    """A model that did not answer, because its files are not there, are not what their manifest
    says, or it is busy, and what answered in its place."""

    model: str
    because: Because
    answered_by: str


class LocalModels(Data):
    """All of them."""

    items: tuple[LocalModelView, ...]


class RedactionBody(Model):
    """A text to look for personal data in. National numbers, of telephones and of persons, are
    those of the `regions`, such as DE or US."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_REDACTED)]
    regions: Annotated[tuple[_Region, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _regions_are_known(self) -> Self:
        if strange := sorted(set(self.regions) - REGIONS):
            raise ValueError(f"regions: {strange[0][:20]!r} is none: say two letters, such as DE")
        return self


class FoundView(Data):
    """One piece of personal data: its kind, where it was in the text, and what stands there now."""

    kind: str
    start: int
    end: int
    placeholder: str


class RedactionView(Data):
    """The text with placeholders, equal ones for equal values. `found_by` says whether a model
    that recognises names and addresses was there, `models` which ones were, and `absent` which were
    not."""

    text: str
    found: tuple[FoundView, ...]
    found_by: tuple[Literal["patterns", "recognition"], ...]
    models: tuple[str, ...]
    absent: tuple[AbsentView, ...]


class SummaryBody(Model):
    """A text, and how many of its sentences are wanted. With `written`, a model that an operator
    brought says it in its own words too."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_SUMMARISED)]
    sentences: Annotated[int, Field(ge=1, le=20, strict=True)] = 3
    written: StrictBool = False


class SentenceView(Data):
    """A sentence of the text, and where it is there."""

    text: str
    start: int
    end: int


class WrittenView(Data):
    """What a model wrote of the beginning of the text, so many tokens of it: its own words, which
    nobody has checked. It `ended` by itself, by its length, or by its time."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    ended: Ended


class SummaryView(Data):
    """Sentences of the text in its order. `by` is `textrank`, or `first_sentences` where the model
    of embeddings is absent."""

    sentences: tuple[SentenceView, ...]
    by: SummarisedBy
    written: WrittenView | None
    absent: tuple[AbsentView, ...]


class ForecastBody(Model):
    """A series at equal distances, oldest first; `season` values repeat themselves (7 of a week's
    days; 1: nothing does), and `horizon` further ones are wanted. It has three seasons at least."""

    values: Annotated[tuple[_Value, ...], Field(min_length=10, max_length=MOST_VALUES)]
    season: Annotated[int, Field(ge=1, le=400, strict=True)] = 1
    horizon: Annotated[int, Field(ge=1, le=400, strict=True)] = 1

    @model_validator(mode="after")
    def _has_three_seasons(self) -> Self:
        if len(self.values) < 3 * self.season:
            raise ValueError(
                f"values: three seasons of {self.season} are {3 * self.season} at least"
            )
        return self


class ErrorsView(Data):
    """The mean distance of each method from the values held out."""

    holt_winters: float
    seasonal_naive: float


class ForecastView(Data):
    """What comes next, by which `method`; and how far each method was from the last `held_out`
    values on average, which it was not told."""

    values: tuple[float, ...]
    method: Method
    errors: ErrorsView
    held_out: int
