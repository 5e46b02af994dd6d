"""Reads the manifests of a checkout, and refuses those that contradict each other."""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.kit.models import Model
from shared.kit.secret_names import SHARED, is_of_another, secret_of
from shared.kit.topics import publisher_of
from shared.manifest.model import REQUIREMENTS, Handles, Manifest
from shared.manifest.whole import Manifests, dashed

HANDLES = "handles.json"
# The defaults of a function that publishes: its sweep publishes what a crash left unpublished in
# the event log, and fires timers whose task was lost: each of these happens after a crash only.
PUBLISHING = {
    "reactions": {"schedules": {"assent.sweep.due.v1": "*/2 * * * *"}},
    "access": {"firestore": "read-write"},
}
# Those of one whose public side sweeps: it has no private side.
SWEEPING = {"access": {"firestore": "read-write"}}
# The keys of the digests in a function's log: `<function>-log-key`, which only that function reads.
LOG_KEY = "-log-key"

M = TypeVar("M", bound=Model)


class ManifestError(ValueError):
    """A manifest cannot be read, or two contradict each other; names the file and the field."""


def load_manifests(root: Path) -> Manifests:
    """Reads `functions/*/function.toml` and `mobile_api/function.toml` under `root`, the
    handles.json beside each, and the topics of the event schemas.

    A function has a private side where it has a handles.json or `[reactions]`, unless its public
    side sweeps; one that publishes has the defaults of PUBLISHING and alone reads its log key.
    Guarantees that every event that is handled is published by somebody, and its reader may read
    the event log; that every topic has one publisher, every call has a callee, every lock exists
    and every path has one owner. Raises ManifestError otherwise, naming the file and the field."""
    folders = function_folders(root)
    topics_of = read_topics(root)
    handles = {
        noun: _valid(Handles, folder / HANDLES, json.loads)
        for noun, folder in folders.items()
        if (folder / HANDLES).exists()
    }
    publishing = {publisher_of(topic) for topics in topics_of.values() for topic in topics}
    by_noun = {}
    for noun, folder in folders.items():
        file = folder / "function.toml"
        defaults = PUBLISHING if noun in publishing else _reader_defaults(handles.get(noun))
        if noun in publishing and sweeps_itself(file):
            defaults = SWEEPING
        manifest = _valid(Manifest, file, tomllib.loads, defaults)
        own = (f"{noun}{LOG_KEY}",) if noun in publishing else ()
        by_noun[noun] = _with_secrets(noun, manifest, own, folders)
    manifests = Manifests(root, by_noun, folders, handles, topics_of)
    problems = list(_contradictions(manifests))
    if problems:
        raise ManifestError("\n".join(problems))
    return manifests


def function_folders(root: Path) -> dict[str, Path]:
    """The folder of each function of a checkout, by noun. Raises ManifestError where two have one
    name."""
    folders: dict[str, Path] = {}
    for pattern in ("functions/*/function.toml", "*/function.toml"):
        for file in sorted(root.glob(pattern)):
            noun = file.parent.name.replace("_", "-")
            if noun in SHARED:
                raise ManifestError(f"{file}: {noun} is the name of a secret that others read")
            if noun in folders:
                raise ManifestError(f"{file}: {noun} is also the name of {folders[noun]}")
            folders[noun] = file.parent
    return folders


def sweeps_itself(file: Path) -> bool:
    """Whether the manifest in the file says that its public side sweeps; False where it cannot be
    read."""
    try:
        http = tomllib.loads(file.read_text()).get("http", {})
    except ValueError:
        return False
    return isinstance(http, dict) and http.get("sweeps") is True


def read_topics(root: Path) -> dict[str, tuple[str, ...]]:
    """The topics of each event type that has a schema."""
    schemas = (json.loads(file.read_text()) for file in root.glob("events/schemas/*.json"))
    return {schema["x-type"]: tuple(schema["x-topic"]) for schema in schemas}


def _valid(model: type[M], file: Path, read: Callable[[str], Any], defaults: Any = None) -> M:
    try:
        return model.model_validate(_over(defaults, read(file.read_text())))
    except ValidationError as error:
        lines = [
            f"{file}: {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ManifestError("\n".join(lines)) from error
    except ValueError as error:  # of TOML, JSON and UTF-8 alike
        raise ManifestError(f"{file}: {error}") from error


def _reader_defaults(handles: Handles | None) -> dict[str, Any]:
    """The defaults of a function that does not publish. The data of long events is in the log."""
    if handles is None:
        return {}
    return {"reactions": {}, "access": {"firestore": "read"} if handles.events else {}}


def _with_secrets(
    noun: str, manifest: Manifest, own: tuple[str, ...], folders: Mapping[str, Path]
) -> Manifest:
    access, file = manifest.access, folders[noun] / "function.toml"
    for name in access.secrets:
        if name.endswith(LOG_KEY):
            raise ManifestError(
                f"{file}: access.secrets: remove {name}; the function that publishes has its own"
            )
        if is_of_another(name, noun, folders):
            raise ManifestError(
                f"{file}: access.secrets: remove {name}; it lies in the secret of"
                f" {secret_of(name)}, which only that function reads"
            )
    secrets = {"secrets": (*access.secrets, *own)}
    return manifest.model_copy(update={"access": access.model_copy(update=secrets)})


def _over(defaults: Any, said: Any) -> Any:
    if not isinstance(defaults, dict) or not isinstance(said, dict):
        return said
    return {**defaults, **{name: _over(defaults.get(name), value) for name, value in said.items()}}


def _contradictions(manifests: Manifests) -> Iterable[str]:
    for (route, noun), (other, owner) in manifests.routes.contested():
        how = "belongs to" if route == other else f"is no more specific than {other} of"
        yield f"{_file(manifests, noun)}: http.routes: {route} {how} {owner}"
    for event_type, topics in manifests.topics_of.items():
        for topic in topics:
            if publisher_of(topic) not in manifests.by_noun:
                schema = manifests.root / "events" / "schemas" / f"{event_type}.json"
                yield f"{schema}: x-topic: no function publishes to {topic}"
    for noun, manifest in manifests.by_noun.items():
        yield from _unhandled(manifests, noun, manifest)
        yield from _named_alike(manifests, noun, manifest)
        lock = manifests.root / "requirements" / f"{manifest.requirements}.txt"
        if manifest.requirements != REQUIREMENTS and not lock.is_file():
            yield f"{_file(manifests, noun)}: requirements: {lock} does not exist"
        yield from _unmet(manifests, noun, manifest)


def _unmet(manifests: Manifests, noun: str, manifest: Manifest) -> Iterable[str]:
    file = _file(manifests, noun)
    for name in manifest.access.buckets:
        if name not in manifests.buckets:
            yield f"{file}: access.buckets: no function says how long {name} keeps its objects"
    for callee in manifest.access.calls:
        if callee not in manifests.by_noun or manifests.by_noun[callee].http is None:
            yield f"{file}: access.calls: {callee} has no public side"


def _unhandled(manifests: Manifests, noun: str, manifest: Manifest) -> Iterable[str]:
    file = manifests.folders[noun] / HANDLES
    if manifest.http is None and manifest.reactions is None:
        yield f"{_file(manifests, noun)}: needs [http] or [reactions]"
    elif manifest.http is not None and manifest.http.sweeps and manifest.reactions is not None:
        yield f"{_file(manifests, noun)}: http.sweeps: its private side sweeps already"
    elif manifest.reactions is not None and noun not in manifests.handles:
        yield f"{file}: is missing; run make schemas"
    elif noun in manifests.handles:
        for event_type in manifests.handles[noun].events:
            if event_type not in manifests.topics_of:
                yield f"{file}: events: nobody publishes {event_type}"
        if manifests.handles[noun].events and manifest.access.firestore == "none":
            where = f"{_file(manifests, noun)}: access.firestore"
            yield f"{where}: read or read-write; long events are read in the event log"


def _named_alike(manifests: Manifests, noun: str, manifest: Manifest) -> Iterable[str]:
    """Two types may be one once their dots and underscores are dashes; and one has one cron."""
    file = _file(manifests, noun)
    own = manifest.reactions.schedules if manifest.reactions else {}
    every = [
        (owner, *schedule)
        for owner, each in manifests.by_noun.items()
        if each.reactions is not None
        for schedule in each.reactions.schedules.items()
    ]
    for event_type, cron in own.items():
        for owner, other, others_cron in every:
            if other == event_type and others_cron != cron:
                yield f"{file}: reactions.schedules: {event_type} runs {others_cron} in {owner}"
            if other < event_type and dashed(other) == dashed(event_type):
                yield f"{file}: reactions.schedules: {event_type} is named like {other}"


def _file(manifests: Manifests, noun: str) -> Path:
    return manifests.folders[noun] / "function.toml"
