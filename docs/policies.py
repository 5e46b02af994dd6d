"""`python -m docs.policies [--check]`: writes the schema of policies from the routes and the entity
types of all functions, or says that it is not current."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from events.__main__ import write_or_check
from shared.manifest import function_folders
from shared.policy.platform import SCHEMA_FILE
from shared.policy.vocabulary import WITHOUT_ROUTE, Act, EntityType, schema_of
from shared.runtime.routes import Route

ROOT = Path(__file__).parents[1]


def routes() -> dict[str, tuple[Route, ...]]:
    """The routes of each function that has a public side."""
    found = {}
    for noun, folder in function_folders(ROOT).items():
        package = ".".join(folder.relative_to(ROOT).parts)
        if (folder / "api.py").is_file() or (folder / "api").is_dir():
            router = import_module(f"{package}.api").ROUTER
            found[noun] = tuple(each for each in router.routes if isinstance(each, Route))
    return found


def acts() -> dict[str, Act]:
    """Every action by its name. Raises ValueError where two routes mean different things by one."""
    found: dict[str, Act] = {}
    all_routes = (route for each in routes().values() for route in each)
    for act in (*WITHOUT_ROUTE, *(act for route in all_routes for act in route.acts)):
        known = found.setdefault(act.action, act)
        if (known.resource, known.within) != (act.resource, act.within):
            raise ValueError(f"{act.action} is two different actions: {known} and {act}")
    return found


def entity_types() -> dict[str, EntityType[Any]]:
    """Every type of thing that policies may ask about, by its name."""
    found: dict[str, EntityType[Any]] = {}
    for folder in function_folders(ROOT).values():
        if not (folder / "aggregates.py").is_file():
            continue
        module = import_module(f"{'.'.join(folder.relative_to(ROOT).parts)}.aggregates")
        for aggregate in module.RUN.by_model.values():
            kind = aggregate.entity_type
            if kind is not None and found.setdefault(kind.name, kind) != kind:
                raise ValueError(f"{kind.name} is declared twice")
    return found


def rendered_schema() -> dict[Path, str]:
    """The text of the schema, by its file."""
    return {SCHEMA_FILE: schema_of(acts(), entity_types())}


def main(arguments: list[str]) -> int:
    """Writes the schema and returns 0; with `--check`, writes nothing and returns 1 where the
    committed one differs from the routes and the entity types."""
    return write_or_check(
        arguments,
        wanted=rendered_schema(),
        existing=[SCHEMA_FILE],
        shown=lambda file: str(file.relative_to(ROOT)),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
