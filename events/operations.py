"""The operations that `tools` has of its own, each with what it does, what undoes it, and what it
takes and gives. Whoever compiles, rehearses or acts reads them here."""

import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from events.effects import HARMLESS, Effect
from shared.kit.canonical import content_hash
from shared.kit.models import Model

SYSTEM = "assent"
# What a step with `skill` calls; nobody names it as an operation.
SKILL = f"{SYSTEM}/skills.run"
# The runtime of a skill in all of Python, as its call names it.
CPYTHON = "cpython"
# A step that uses it asks a model, which is no call of `tools`.
COMPLETE = "model/complete"
_FILE = Path(__file__).parents[1] / "shared" / "operations.toml"


class Undo(Model):
    """What undoes a call: an operation of the same system, and its arguments. Expressions in them
    read the `arguments` and the `output` of the call."""

    operation: str
    arguments: dict[str, Any]


class OperationDefinition(Model):
    """One operation. `idempotent`: its target takes a key, and acts once however often the same
    key comes. `price_usd_micros` is what a call costs beside what the platform counts. `pinned` is
    the hash of the connector that it is a part of."""

    summary: str
    effect: Effect
    undo: Undo | None = None
    idempotent: bool
    price_usd_micros: int = 0
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    pinned: str | None = Field(default=None, exclude=True)

    @cached_property
    def pin(self) -> str:
        """The SHA-256 of the whole definition, or of the whole connector that it is a part of:
        another definition is another operation."""
        return self.pinned or content_hash(self.model_dump(mode="json"))

    @property
    def is_irreversible(self) -> bool:
        """Whether it leaves something behind that nothing undoes."""
        return self.undo is None and self.effect not in HARMLESS


def _read() -> Mapping[str, OperationDefinition]:
    tables: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        f"{SYSTEM}/{name}": OperationDefinition.model_validate(fields)
        for name, fields in tables.items()
    }


# By `system/operation`.
OPERATIONS: Mapping[str, OperationDefinition] = _read()
