"""What a deployable installs: the locked versions of what it imports and of what those need."""

import sys
import tomllib
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.packaging.failures import PackagingError

# The runtime that infra asks the buildpack for; the lock is made for it and for newer ones.
PYTHON_VERSION = "3.11"
# Imported only where an operator has added it to the lock and configured it.
OPTIONAL = {"opentelemetry.exporter": "the OTLP exporter: docs/LIMITATIONS.md says how"}

_RUNTIME = {
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "python_version": PYTHON_VERSION,
    "python_full_version": f"{PYTHON_VERSION}.0",
}


@dataclass(frozen=True)
class Locked:
    """One package of the lock; `text` is its entry as it stands there, hashes included."""

    name: str
    version: str
    text: str


def requirements_of(foreign: Mapping[str, Path], root: Path) -> str:
    """A requirements file with exactly what provides the `foreign` names and what that needs on
    Cloud Run, each with its locked version and hashes. Raises PackagingError for a name that no
    locked package provides, naming who imports it."""
    lock = read_lock(root / "requirements" / "runtime.txt")
    needed = _closure(direct_distributions(foreign, lock), lock, _declared_extras(root))
    return "".join(lock[name].text for name in sorted(needed))


def direct_distributions(foreign: Mapping[str, Path], lock: Mapping[str, Locked]) -> set[str]:
    """The locked packages that provide the names."""
    owners = _owners(tuple(sorted(lock)))
    found = set()
    for name, importer in foreign.items():
        if name.partition(".")[0] in sys.stdlib_module_names or _is_optional(name):
            continue
        owner = next((owners[part] for part in _prefixes(name) if part in owners), None)
        if owner is None:
            raise PackagingError(f"{importer} imports {name}, which nothing in the lock provides")
        found.add(owner)
    return found


@cache
def read_lock(file: Path) -> Mapping[str, Locked]:
    """The entries that the runtime installs, by normalised name."""
    entries: dict[str, Locked] = {}
    for text in _entries(file.read_text()):
        requirement = Requirement(text.partition("\\")[0])
        if _holds(requirement, ""):
            name = canonicalize_name(requirement.name)
            (pin,) = requirement.specifier
            entries[name] = Locked(name, pin.version, text)
    return entries


def _entries(text: str) -> Iterable[str]:
    entry = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        entry += f"{line}\n"
        if not line.endswith("\\"):
            yield entry
            entry = ""


def _closure(
    direct: set[str], lock: Mapping[str, Locked], extras: Mapping[str, set[str]]
) -> set[str]:
    seen: set[tuple[str, str]] = set()
    pending = deque((name, extra) for name in direct for extra in {"", *extras.get(name, ())})
    while pending:
        name, extra = pending.popleft()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in _requires(name, lock):
            needed = Requirement(text)
            if _holds(needed, extra):
                pending.extend(
                    (canonicalize_name(needed.name), wanted) for wanted in {"", *needed.extras}
                )
    return {name for name, _ in seen}


def _requires(name: str, lock: Mapping[str, Locked]) -> list[str]:
    if name not in lock:
        raise PackagingError(f"{name} is needed and not locked: make lock")
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise PackagingError(f"{name} is locked and not installed here: make setup") from None
    if distribution.version != lock[name].version:
        raise PackagingError(f"{name} is installed in another version than locked: make setup")
    return distribution.requires or []


def _holds(requirement: Requirement, extra: str) -> bool:
    """Whether it is needed with `extra` and not already without one."""
    marker = requirement.marker
    if marker is None:
        return not extra
    without = marker.evaluate({**_RUNTIME, "extra": ""})
    return without if not extra else not without and marker.evaluate({**_RUNTIME, "extra": extra})


def _declared_extras(root: Path) -> Mapping[str, set[str]]:
    """`psycopg[binary]` is imported as `psycopg`: only the declaration knows of the extra."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = [Requirement(text) for text in project["dependencies"]]
    return {canonicalize_name(each.name): set(each.extras) for each in declared}


@cache
def _owners(locked: tuple[str, ...]) -> Mapping[str, str]:
    """Which locked package has each module; top-level names do not tell, since `google` and
    `opentelemetry` are shared by many."""
    owners: dict[str, str] = {}
    for name in locked:
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.suffix in {".py", ".so"}:
                owners.setdefault(_module(file), name)
    return owners


def _module(file: metadata.PackagePath) -> str:
    stem = file.name.partition(".")[0]
    return ".".join(file.parts[:-1] if stem == "__init__" else (*file.parts[:-1], stem))


def _prefixes(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:length]) for length in range(len(parts), 0, -1))


def _is_optional(name: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in OPTIONAL)
