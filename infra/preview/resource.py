"""One registered resource of the program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One registered resource. `inputs` are as the provider would see them, in its own camelCase
    names, references resolved; `parent` and `after` are URNs."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    after: tuple[str, ...]
    protected: bool

    @property
    def group(self) -> str:
        """Its group: the part of its name before the slash; a deployable, or a theme that all
        share."""
        return self.name.partition("/")[0]
