"""Specs the tests of agents start from, read as the API reads them."""

import asyncio
import copy
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import Request

from functions.agents.api import SpecBody
from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.spec import Spec
from shared.kit.plain_yaml import parse_yaml
from shared.runtime.bodies import YAML, Accepts, BodyReader

CORPUS = Path(__file__).parents[2] / "specs"

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
def _document(slug: str) -> str:
    return json.dumps(parse_yaml((CORPUS / f"{slug}.yaml").read_bytes()))


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
    return Spec.model_validate(document(slug, **changes))


def objections(findings: list[Finding]) -> set[tuple[str, str]]:
    """Verdict and path of everything that did not pass."""
    return {(each.verdict, each.path) for each in findings if each.verdict != "pass"}
