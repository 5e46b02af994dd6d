"""What models in this process make of texts and series: nobody else is told of them, and no budget
is charged."""

import hashlib
import secrets
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from functions.models.rules.condensing import Sentence, most_telling, sentences_of
from functions.models.rules.forecasting import forecast
from functions.models.rules.personal import TooMuch
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.service.redacting import recogniser_or_none
from functions.models.views_local import (
    ErrorsView,
    ForecastBody,
    ForecastView,
    FoundView,
    LocalModelView,
    RedactionBody,
    RedactionView,
    SentenceView,
    SummarisedBy,
    SummaryBody,
    SummaryView,
)
from shared.embeddings import files as embeddings
from shared.embeddings.embedder import Embedder
from shared.inference.loading import ModelAbsentError
from shared.kit.errors import FieldError, Invalid
from shared.recognition import files as recognition

# To embed so many sentences takes two seconds.
MOST_SENTENCES = 400


def redact(body: RedactionBody) -> RedactionView:
    """The text with placeholders. Raises Invalid for one with more than is looked through."""
    recognise = recogniser_or_none()
    obliged = Obliged([" ".join(body.regions)])
    redaction = Redaction(obliged, secrets.token_bytes(32), (), recognise)
    try:
        found = redaction.found_in(body.text)
    except TooMuch as error:
        said = "has too much to look for personal data in: ask in parts"
        raise Invalid(FieldError("text", said)) from error
    return RedactionView(
        text=redaction.hidden(body.text),
        found=tuple(
            FoundView(kind=each.kind, start=each.start, end=each.end, placeholder=placeholder)
            for each, placeholder in found
        ),
        found_by=("patterns", "recognition") if recognise else ("patterns",),
    )


def summarise(body: SummaryBody) -> SummaryView:
    """The sentences that say most of the text; its first ones where the model is absent. Raises
    Invalid for one without a sentence, or with more than are compared."""
    sentences = sentences_of(body.text)
    if not sentences:
        raise Invalid(FieldError("text", "has no sentence: say one with words"))
    if len(sentences) > MOST_SENTENCES:
        said = f"has {len(sentences)} sentences, of which {MOST_SENTENCES} are compared: cut it"
        raise Invalid(FieldError("text", said))
    try:
        vectors = Embedder.load().embed_all([each.text for each in sentences])
    except ModelAbsentError:
        return _summary(sentences[: body.sentences], "first_sentences")
    chosen = most_telling(vectors, body.sentences)
    return _summary([sentences[each] for each in chosen], "textrank")


def _summary(sentences: Sequence[Sentence], by: SummarisedBy) -> SummaryView:
    shown = (SentenceView(text=each.text, start=each.start, end=each.end) for each in sentences)
    return SummaryView(sentences=tuple(shown), by=by)


def forecast_series(body: ForecastBody) -> ForecastView:
    """What comes next in the series."""
    told = forecast(body.values, body.season, body.horizon)
    return ForecastView(
        values=told.values,
        method=told.method,
        errors=ErrorsView(**told.errors),
        held_out=told.held_out,
    )


def local_models() -> tuple[LocalModelView, ...]:
    """The models of this process."""
    return (
        LocalModelView(
            name="rampart",
            task="recognition",
            licence="CC-BY-4.0",
            source="National Design Studio, https://huggingface.co/nationaldesignstudio/rampart",
            without_it="patterns and checks of digits find what has a form; no names, no addresses",
            **_state_of(recognition.FOLDER / recognition.MODEL),
        ),
        LocalModelView(
            name="all-MiniLM-L6-v2",
            task="embeddings",
            licence="Apache-2.0",
            source="sentence-transformers, "
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
            without_it="a summary is the first sentences of its text",
            **_state_of(embeddings.FOLDER / embeddings.MODEL),
        ),
    )


@cache
def _state_of(file: Path) -> dict[str, bool | str | None]:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    return {"present": sha256 is not None, "sha256": sha256}
