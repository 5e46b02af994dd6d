"""What people fill in: the spec of an agent, and a precedent over such agents."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_SPECS = Path(__file__).parents[3] / "emulators" / "demo" / "specs"
_SKILLS = ["research", "draft", "fact-check"]


def spec(name: str, **changed: Any) -> dict[str, Any]:
    """A spec that passes every check, with some top-level fields replaced. Each name has a purpose
    of its own: no precedent approves a refused spec under another name."""
    purpose = f"{_writer()['purpose']} It works as {name}."
    return deepcopy({**_writer(), "name": name, "purpose": purpose, **changed})


def precedent(industry: str) -> dict[str, Any]:
    """A precedent over the agents of `spec` in one industry."""
    return {
        "title": f"Public education in {industry}",
        "domain": "GEN",
        "kind": "constitutional",
        "max_risk": "low",
        "conditions": [
            {"field": "content.industry", "op": "eq", "value": industry},
            {"field": "content.skills", "op": "subset_of", "value": _SKILLS},
            {"field": "content.alone_effects", "op": "subset_of", "value": ["read", "draft"]},
        ],
        "rationale": (
            "Writers of public education that only draft, cite public sources and hand over to an"
            " editor have been approved before; every draft can be deleted again."
        ),
    }


@cache
def _writer() -> dict[str, Any]:
    return dict(YAML(typ="safe").load((_SPECS / "clinic-content-writer.yaml").read_text()))
