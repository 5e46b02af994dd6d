"""`python -m docs.handles [--check]`: writes a handles.json beside each manifest from the handlers
of the function's private side, or says which is not current."""

import json
import sys
import tomllib
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from events.__main__ import write_or_check
from shared.aggregates.runner import Runner
from shared.kit.topics import publisher_of
from shared.manifest import HANDLES, function_folders, read_topics, sweeps_itself
from shared.storage.collections import Collection

ROOT = Path(__file__).parents[1]


def rendered_handles() -> dict[Path, str]:
    """The text for each function that has handlers, or a sweep because it publishes."""
    topics = read_topics(ROOT)
    publishing = {publisher_of(topic) for named in topics.values() for topic in named}
    found = {}
    for noun, folder in function_folders(ROOT).items():
        module = f"{'.'.join(folder.relative_to(ROOT).parts)}.reactions"
        has_handlers = find_spec(module) is not None
        if has_handlers or noun in publishing:
            reactions = import_module(module) if has_handlers else None
            handled = set(reactions.HANDLERS) if reactions else set()
            run = getattr(reactions, "RUN", None)
            if sweeps_itself(folder / "function.toml"):
                run = import_module(module.replace("reactions", "aggregates")).RUN
            if run is None and find_spec(module.replace("reactions", "aggregates")):
                raise ValueError(f"{module} names no RUN: nothing is swept, and nothing indexed")
            about = getattr(reactions, "ABOUT", {})
            handled -= _scheduled(folder)
            found[folder / HANDLES] = _rendered(handled, set(topics), about, run)
    return found


def _scheduled(folder: Path) -> set[str]:
    manifest = tomllib.loads((folder / "function.toml").read_text())
    return set(manifest.get("reactions", {}).get("schedules", {}))


def _rendered(
    handled: set[str], published: set[str], about: Mapping[str, str], run: Runner | None
) -> str:
    """What is called due and is published by nobody is a timer."""
    timers = {each for each in handled - published if each.split(".")[2] == "due"}
    collections: dict[str, Collection] = {}
    for each in run.collections if run else ():
        if collections.setdefault(each.name, each) != each:
            raise ValueError(f"{each.name} is declared twice, and differently")
    content = {
        **({"about": dict(sorted(about.items()))} if about else {}),
        "collections": {
            name: {
                "composites": each.composites,
                "queried": each.queried,
                "timed": each.timed,
            }
            for name, each in sorted(collections.items())
        },
        "events": sorted(handled - timers),
        "timers": sorted(timers),
    }
    return json.dumps(content, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the files and returns 0; with `--check`, writes nothing and returns 1 when a committed
    file differs from the handlers."""
    possible = [folder / HANDLES for folder in function_folders(ROOT).values()]
    return write_or_check(
        arguments,
        wanted=rendered_handles(),
        existing=[file for file in possible if file.exists()],
        shown=lambda file: str(file.relative_to(ROOT)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
