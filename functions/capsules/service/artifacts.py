"""The files that a plan names, as they are kept."""

from collections.abc import Mapping
from typing import Any

from functions.capsules.rules.problems import Flawed, Problem, path_below
from functions.capsules.service.sources import Sources
from shared.artifacts.artifact import why_unreadable
from shared.artifacts.ids import artifacts_in
from shared.artifacts.reading import read_artifacts

MOST = 50


async def known_artifacts(sources: Sources, inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """The SHA-256 of each file that the inputs or a source name, by its id. One round trip, none
    where none is named. Raises Flawed for one that an input names and nobody can read, and for more
    than 50; Unavailable."""
    given = {name: artifacts_in(value) for name, value in inputs.items()}
    named = set().union(*given.values(), *map(artifacts_in, sources.texts.values()))
    if len(named) > MOST:
        told = f"names {len(named)} artifacts with the capsule; a plan has at most {MOST}"
        raise Flawed(Problem("inputs", told))
    found = await read_artifacts(sources.work.store, named, sources.work.workspace_id)
    problems = []
    for name, ids in given.items():
        for each in sorted(ids):
            if why := why_unreadable(found.get(each)):
                told = f"names an artifact that cannot be read: {why}"
                problems.append(Problem(path_below("inputs", [name]), told))
    if problems:
        raise Flawed(*problems)
    return {id: each.sha256 for id, each in found.items()}
