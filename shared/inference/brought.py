"""Models that an operator brings, each in a folder with a manifest: no package has their
weights."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from shared.inference.loading import ModelAbsentError, open_session, open_tokenizer
from shared.inference.manifest import (
    MANIFEST,
    Architecture,
    GraphPart,
    ModelManifest,
    TensorPart,
)
from shared.inference.opset import NoGraph, opset_of

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, NodeArg
    from tokenizers import Tokenizer

LONGEST_MANIFEST = 1024 * 1024


class Slot(NamedTuple):
    """A place for one model: the folder that it lies in below the operator's, and what it is of."""

    name: str
    architecture: Architecture


DISTILBERT_NER = Slot("distilbert-ner", "token_classification")
BART = Slot("bart", "encoder_decoder")
PHI_3 = Slot("phi-3", "decoder")


class ModelRefusedError(ModelAbsentError):
    """The files are there and are not what their manifest says."""


@dataclass(frozen=True)
class Brought:
    """A model that was loaded and is what its manifest says. Any number of threads may use it."""

    manifest: ModelManifest
    sessions: Mapping[str, "InferenceSession"]
    tokenizer: "Tokenizer"


def read_manifest(folder: str, slot: Slot) -> tuple[Path, ModelManifest]:
    """The folder of the slot's model and its manifest, once each file has the SHA-256 and each
    graph the operators that it says; read once in a process. `folder` has all models; empty where
    the operator brings none. Raises ModelAbsentError where it is not there, ModelRefusedError."""
    return _read(_place(folder, slot), slot)


def load_brought(folder: str, slot: Slot) -> Brought:
    """The slot's model, loaded at the first call of a process. What its graphs take and give is
    compared with its manifest. Raises as `read_manifest`."""
    return _loaded(_place(folder, slot), slot)


def require_manifest(folder: str, slot: Slot) -> None:
    """Raises ModelAbsentError where the slot's model is not there; nothing of it is read."""
    place = _place(folder, slot)
    with _readable(place):
        _manifest_in(place, slot)


def _place(folder: str, slot: Slot) -> Path:
    if not folder:
        raise ModelAbsentError(f"no folder of models is named: {slot.name} is not looked for")
    return Path(folder) / slot.name


def _manifest_in(folder: Path, slot: Slot) -> Path:
    file = folder / MANIFEST
    if not file.is_file():
        raise ModelAbsentError(f"{slot.name} is not there: it has no {MANIFEST}")
    return file


def _read(folder: Path, slot: Slot) -> tuple[Path, ModelManifest]:
    with _readable(folder):
        _manifest_in(folder, slot)
    found = _read_once(folder, slot)
    if isinstance(found, ModelRefusedError):
        raise ModelRefusedError(*found.args) from found
    return folder, found


@cache
def _read_once(folder: Path, slot: Slot) -> ModelManifest | ModelRefusedError:
    """The manifest, or why it is refused: to hash some gigabytes takes seconds either way."""
    try:
        with _readable(folder):
            return _checked(folder, slot)
    except ModelRefusedError as error:
        return error


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Raises ModelRefusedError where the system lets nobody read what is in it."""
    try:
        yield
    except OSError as error:
        raise ModelRefusedError(f"{folder} cannot be read: {error}") from error


def _checked(folder: Path, slot: Slot) -> ModelManifest:
    file = _manifest_in(folder, slot)
    if file.stat().st_size > LONGEST_MANIFEST:
        raise ModelRefusedError(f"{file} is longer than a manifest is")
    try:
        manifest = ModelManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ModelRefusedError(f"{file}: {place}: {first['msg']}") from error
    if manifest.architecture != slot.architecture:
        raise ModelRefusedError(f"{file}: {slot.name} is of architecture {slot.architecture}")
    _check_files(folder, manifest)
    return manifest


def _check_files(folder: Path, manifest: ModelManifest) -> None:
    """Raises ModelRefusedError for a file that is missing, another one, or not named: a graph would
    read its weights from it."""
    found = {each.name for each in folder.iterdir()} - {MANIFEST}
    if strange := sorted(found - manifest.files.keys()):
        raise ModelRefusedError(f"{folder} has {strange[0]}, which its manifest does not name")
    for name, expected in manifest.files.items():
        if name not in found or not (folder / name).is_file():
            raise ModelRefusedError(f"{folder} lacks {name}, which its manifest names")
        with (folder / name).open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        if sha256 != expected:
            raise ModelRefusedError(f"{folder / name} has the SHA-256 {sha256}")
    for graph in manifest.graphs.values():
        try:
            opset = opset_of(folder / graph.file)
        except NoGraph as error:
            raise ModelRefusedError(f"{folder / graph.file}: {error}") from error
        if opset != graph.opset:
            raise ModelRefusedError(f"{folder / graph.file} has the opset {opset}")


@cache
def _loaded(folder: Path, slot: Slot) -> Brought:
    folder, manifest = _read(folder, slot)
    sessions = {
        name: _session(folder / graph.file, graph) for name, graph in manifest.graphs.items()
    }
    try:
        with _readable(folder):
            words = (folder / manifest.tokenizer).read_bytes()
        tokenizer = open_tokenizer(words)
    except ModelAbsentError:
        raise
    # Its library raises nothing narrower.
    except Exception as error:
        raise ModelRefusedError(f"{folder / manifest.tokenizer} is no tokenizer") from error
    return Brought(manifest, sessions, tokenizer)


def _session(file: Path, graph: GraphPart) -> "InferenceSession":
    try:
        session = open_session(file)
    except ModelAbsentError:
        raise
    # onnxruntime has a dozen errors with no common class but this one.
    except Exception as error:
        raise ModelRefusedError(f"{file} cannot be loaded: {str(error)[:300]}") from error
    _compare(file, "takes", graph.inputs, session.get_inputs())
    _compare(file, "gives", graph.outputs, session.get_outputs())
    return session


def _compare(file: Path, deed: str, said: tuple[TensorPart, ...], found: "list[NodeArg]") -> None:
    """Raises ModelRefusedError where a graph takes or gives something else than is said of it."""
    known = {each.name: each for each in said}
    for each in found:
        part = known.pop(each.name, None)
        kind = each.type.removeprefix("tensor(").removesuffix(")")
        if part is None or part.type != kind or not _is_shape(part.shape, each.shape):
            shape = ", ".join(map(str, each.shape))
            raise ModelRefusedError(f"{file} {deed} {each.name}: {kind} ({shape})")
    if known:
        raise ModelRefusedError(f"{file} {deed} no {next(iter(known))}")


def _is_shape(said: tuple[int | str, ...], found: list[int | str | None]) -> bool:
    """Whether each size is that number; a word stands for any."""
    return len(said) == len(found) and all(
        isinstance(each, str) or each == other for each, other in zip(said, found, strict=True)
    )
