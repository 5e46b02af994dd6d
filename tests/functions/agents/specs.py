"""Specs the tests of agents start from."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.reading import read_value
from functions.agents.rules.spec import Spec, parse_spec

CORPUS = Path(__file__).parents[2] / "specs"


@cache
def _document(slug: str) -> str:
    return json.dumps(read_value((CORPUS / f"{slug}.yaml").read_bytes()))


def document(slug: str = "healthcare-content-writer", /, **changes: Any) -> dict[str, Any]:
    """A spec of the corpus as JSON; `a__b=x` sets `a.b`, and None removes it."""
    spec: dict[str, Any] = copy.deepcopy(json.loads(_document(slug)))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = spec
        for parent in parents:
            place = place[parent]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return spec


def spec(slug: str = "healthcare-content-writer", /, **changes: Any) -> Spec:
    """As `document`, parsed."""
    return parse_spec(document(slug, **changes))


def objections(findings: list[Finding]) -> set[tuple[str, str]]:
    """Verdict and path of everything that did not pass."""
    return {(each.verdict, each.path) for each in findings if each.verdict != "pass"}
