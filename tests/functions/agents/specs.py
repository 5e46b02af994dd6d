"""Specs the tests of agents start from, read as the API reads them."""

import asyncio
import copy
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import Request

from events.cases import Finding
from events.specs import Spec
from functions.agents.api import SpecBody
from functions.agents.rules.normal_form import normal_form
from functions.agents.rules.rights import Powers
from shared.kit.canonical import content_hash
from shared.kit.plain_yaml import parse_yaml
from shared.runtime.bodies import YAML, Accepts, BodyReader

CORPUS = Path(__file__).parents[2] / "specs"
# A change of one field that stage 4 returns, and one that stage 5 blocks for what the agent does.
RETURNS: dict[str, Any] = {"containment__blast_radius": "platform"}
BLOCKS: dict[str, Any] = {
    "data_access": [
        {"source": name, "mode": "write", "classification": "public"}
        for name in ("clinic-cms", "assent-approvals")
    ]
}
# One that stage 5 blocks for how it is declared: an operation changes what is only read.
MISDECLARES: dict[str, Any] = {"data_access__0__mode": "read"}
# And one that stage 5 escalates: what is published alone is never taken back.
ESCALATES: dict[str, Any] = {
    "systems__0__operations": [
        {"name": "articles.read", "effect": "read"},
        {"name": "articles.publish", "effect": "publish"},
    ],
    "rights": {"alone": ["clinic-cms/*"]},
}

_, _PLAIN, _ACCEPTS = get_args(SpecBody)
assert isinstance(_ACCEPTS, Accepts)
# Whatever the value means, and only where it is a spec.
_VALUES = BodyReader(Spec, Annotated[Any, _PLAIN], _ACCEPTS)
_SPECS = BodyReader(Spec, SpecBody, _ACCEPTS)


def read_value(body: bytes, media_type: str = YAML) -> Any:
    """The plain value of a spec's body. Raises Invalid."""
    return _read(_VALUES, body, media_type)


def read_spec(body: bytes, media_type: str = YAML) -> Spec:
    """The spec of a body. Raises Invalid."""
    spec = _read(_SPECS, body, media_type)
    assert isinstance(spec, Spec)
    return spec


def _read(reader: BodyReader, body: bytes, media_type: str) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", media_type.encode())]
    return asyncio.run(reader(Request({"type": "http", "headers": headers}, receive)))


@cache
def variants() -> dict[str, dict[str, Any]]:
    """The specs of the corpus that differ from another one in a few fields, by their slugs."""
    rows = parse_yaml((CORPUS / "variants.yaml").read_bytes())
    return {row["slug"]: row for row in rows}


@cache
def _document(slug: str) -> str:
    if (variant := variants().get(slug)) is not None:
        return json.dumps(document(variant["of"], **variant["set"]))
    return json.dumps(parse_yaml((CORPUS / f"{slug}.yaml").read_bytes()))


def document(slug: str = "healthcare-content-writer", /, **changes: Any) -> dict[str, Any]:
    """A spec of the corpus as JSON, changed."""
    return changed(json.loads(_document(slug)), **changes)


def changed(of: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    """A copy of a spec in JSON; `a__b=x` sets `a.b`, None removes it, and a number is a place in a
    list."""
    spec = copy.deepcopy(of)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = spec
        for parent in parents:
            place = place[int(parent) if isinstance(place, list) else parent]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [value]
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return spec


def spec(slug: str = "healthcare-content-writer", /, **changes: Any) -> Spec:
    """As `document`, parsed."""
    return Spec.model_validate(document(slug, **changes))


def powers(slug: str = "healthcare-content-writer", /, **changes: Any) -> Powers:
    """As `spec`, with the rights that it gives."""
    return Powers(spec(slug, **changes))


def normal(of: Spec) -> dict[str, Any]:
    """The normal form of a spec."""
    return normal_form(Powers(of))


def hash_of(of: Spec) -> str:
    """The hash of its normal form."""
    return content_hash(normal(of))


def objections(findings: list[Finding]) -> set[tuple[str, str]]:
    """Verdict and path of everything that did not pass."""
    return {(each.verdict, each.path) for each in findings if each.verdict != "pass"}
