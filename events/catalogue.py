"""The catalogue: the skills that agents use, and the connectors whose effects are confirmed.
Whoever judges, runs or shows agents reads it here."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from events.effects import Effect
from shared.kit.models import Model

_FILE = Path(__file__).parents[1] / "shared" / "catalogue.toml"


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
