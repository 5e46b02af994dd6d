"""What models in this process make of texts and series: nobody else is told of them, and no budget
is charged."""

import hashlib
import secrets
import threading
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from functions.models.rules.forecast import forecast
from functions.models.rules.personal import TooMuch
from functions.models.rules.redaction import Obliged, Redaction
from functions.models.rules.summary import most_telling, sentences_of
from functions.models.service.absent import PATTERNS, RAMPART, AbsentModel
from functions.models.service.redaction import recognition
from functions.models.settings import settings
from functions.models.views_local import (
    AbsentView,
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
    Task,
    WrittenView,
)
from shared.embeddings import files as embeddings
from shared.embeddings.embedder import Embedder
from shared.inference.brought import (
    BART,
    DISTILBERT_NER,
    PHI_3,
    ModelRefusedError,
    Slot,
    load_brought,
    read_manifest,
)
from shared.inference.loading import ModelAbsentError
from shared.inference.manifest import MANIFEST
from shared.inference.writing import rewrite
from shared.kit.errors import FieldError, Invalid
from shared.language import files as language
from shared.language.small import check_model
from shared.recognition import files as recognising_files

# To embed so many sentences takes two seconds.
MOST_SENTENCES = 400
MINILM = "all-MiniLM-L6-v2"
# A request of this function may take longer; whoever waits gets what was written by then.
WRITTEN_WITHIN_SECONDS = 20.0
# One text is written at a time, because each takes all processors.
WAITED_SECONDS = 5.0
_WRITING = threading.Lock()


def redact(body: RedactionBody) -> RedactionView:
    """The text with placeholders. Raises Invalid for one with more than is looked through."""
    recognising = recognition()
    recognise = recognising.recognise
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
        models=recognising.models,
        absent=_absent(recognising.absent, answered_by=next(iter(recognising.models), PATTERNS)),
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
    absent: list[AbsentModel] = []
    by: SummarisedBy = "textrank"
    try:
        vectors = Embedder.load().embed_all([each.text for each in sentences])
        chosen = [sentences[each] for each in most_telling(vectors, body.sentences)]
    except ModelAbsentError as error:
        by, chosen = "first_sentences", sentences[: body.sentences]
        absent.append(AbsentModel.of(MINILM, error))
    written = _written(body.text, absent) if body.written else None
    shown = (SentenceView(text=each.text, start=each.start, end=each.end) for each in chosen)
    return SummaryView(
        sentences=tuple(shown), by=by, written=written, absent=_absent(absent, answered_by=by)
    )


def _written(text: str, absent: list[AbsentModel]) -> WrittenView | None:
    """The summary that a model wrote; None where no model could, which is then added to
    `absent`."""
    try:
        model = load_brought(settings().models_folder, BART)
        if not _WRITING.acquire(timeout=WAITED_SECONDS):
            absent.append(AbsentModel(BART.name, "model_busy"))
            return None
        try:
            said = rewrite(model, text, WRITTEN_WITHIN_SECONDS)
        finally:
            _WRITING.release()
    except ModelAbsentError as error:
        absent.append(AbsentModel.of(BART.name, error))
        return None
    return WrittenView(model=model.manifest.name, **said._asdict())


def _absent(absent: Iterable[AbsentModel], *, answered_by: str) -> tuple[AbsentView, ...]:
    return tuple(AbsentView(**each._asdict(), answered_by=answered_by) for each in absent)


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
            name=RAMPART,
            task="recognition",
            licence="CC-BY-4.0",
            source="National Design Studio, https://huggingface.co/nationaldesignstudio/rampart",
            without_it="patterns and checks of digits find what has a form; no names, no addresses",
            **_state_of(recognising_files.FOLDER / recognising_files.MODEL),
        ),
        LocalModelView(
            name=MINILM,
            task="embeddings",
            licence="Apache-2.0",
            source="sentence-transformers, "
            "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
            without_it="a summary is the first sentences of its text",
            **_state_of(embeddings.FOLDER / embeddings.MODEL),
        ),
        _brought(
            DISTILBERT_NER,
            "recognition",
            "rampart recognises names and addresses; without that, patterns find what has a form",
        ),
        _brought(BART, "summaries", "a summary has sentences of the text, which textrank chooses"),
        _language(),
        _brought(
            PHI_3,
            "language",
            "a fallback of its routes answers, such as one to smollm2, or calls are refused",
        ),
    )


def _language() -> LocalModelView:
    present = True
    try:
        check_model()
    except ModelAbsentError:
        present = False
    return LocalModelView(
        name=language.NAME,
        task="language",
        licence="Apache-2.0",
        source="Hugging Face, https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
        present=present,
        sha256=language.SHA256 if present else None,
        without_it="a fallback of its routes answers, such as one to phi-3, or calls are refused",
    )


def _brought(slot: Slot, task: Task, without_it: str) -> LocalModelView:
    """A model that an operator brings."""
    shown = partial(LocalModelView, name=slot.name, task=task, without_it=without_it)
    missing = partial(shown, licence=None, source=None, present=False, sha256=None)
    try:
        folder, manifest = read_manifest(settings().models_folder, slot)
    except ModelRefusedError as error:
        return missing(refused=str(error)[:500])
    except ModelAbsentError:
        return missing()
    sha256 = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    return shown(licence=manifest.licence, source=manifest.source, present=True, sha256=sha256)


@cache
def _state_of(file: Path) -> dict[str, bool | str | None]:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    return {"present": sha256 is not None, "sha256": sha256}
