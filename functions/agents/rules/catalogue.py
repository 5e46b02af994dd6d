"""The catalogue: the skills that agents use, and the connectors whose effects are confirmed."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from events.approvals import Effect
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import Model
from shared.kit.parsing import refused_cursor

_FILE = Path(__file__).parents[3] / "shared" / "catalogue.toml"


class Skill(Model):
    """One small, idempotent ability, and the effects that its work may have beside reading. A
    withdrawn skill stays in the catalogue for the agents that used it, but no new spec may name
    it."""

    name: str
    version: str = "1.0.0"
    summary: str
    effects: tuple[Effect, ...]
    status: Literal["available", "withdrawn"] = "available"


class Confirmed(NamedTuple):
    """What a connector says about one of its operations."""

    effect: Effect
    undo: str | None = None


class _Catalogue(Model):
    skills: dict[str, dict[str, str | tuple[Effect, ...]]]
    connectors: dict[str, dict[str, Confirmed]]


Catalogue = Mapping[str, Skill]
_READ = _Catalogue.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
CATALOGUE: Catalogue = {
    name: Skill.model_validate({"name": name, **fields}) for name, fields in _READ.skills.items()
}
CONNECTORS: Mapping[str, Mapping[str, Confirmed]] = _READ.connectors


def list_skills(limit: int, cursor: str | None) -> tuple[tuple[Skill, ...], str | None]:
    """Up to `limit` skills by name, after the one that `cursor` names, and the cursor of the next
    page. Raises Invalid for a cursor that no list gave."""
    if cursor is not None and cursor not in CATALOGUE:
        raise refused_cursor()
    names = [name for name in sorted(CATALOGUE) if cursor is None or name > cursor]
    page = tuple(CATALOGUE[name] for name in names[:limit])
    return page, page[-1].name if len(names) > limit else None


def refuse_unknown_skills(names: Iterable[str], catalogue: Catalogue = CATALOGUE) -> None:
    """Raises Invalid, with an error for each name that the catalogue does not offer."""
    errors = []
    for index, name in enumerate(names):
        skill = catalogue.get(name)
        if skill is None:
            known = f'"{name[:60]}" is not in the catalogue of skills'
            errors.append(FieldError(f"skills.{index}", known))
        elif skill.status == "withdrawn":
            errors.append(FieldError(f"skills.{index}", f'"{name}" was withdrawn'))
    if errors:
        raise Invalid(*errors)
