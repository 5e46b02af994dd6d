"""The capsules of the storm: five steps each, of every kind that a run takes; and what a whole run
of each leaves behind."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
AGENT = "stock-keeper"
VERSION = "1.0.0"
ITEMS = [2, 3, 5]
WAIT_SECONDS = 40

_WHO = "${{ inputs.who }}"
_INPUTS: Json = {"who": "string", "items": {"type": "array", "items": "integer"}}


@dataclass(frozen=True)
class Shape:
    """One capsule. A whole run adds `total` to its counter and appends `lines` to its ledger;
    `asks` says that a person has to assent to it on the way."""

    name: str
    steps: list[Json]
    total: int
    lines: int = 0
    asks: bool = False

    @property
    def source(self) -> Json:
        """What its author posts."""
        head = {"capsule": self.name, "version": VERSION, "agent": AGENT, "inputs": _INPUTS}
        return {**head, "steps": self.steps}


def _add(id: str, amount: Any, **keys: Any) -> Json:
    arguments = {"counter": _WHO, "amount": amount}
    return {"id": id, "use": "assent/counter.add", "with": arguments, **keys}


def _append(id: str, line: str, **keys: Any) -> Json:
    arguments = {"ledger": _WHO, "line": line}
    return {"id": id, "use": "assent/ledger.append", "with": arguments, **keys}


def _transform(id: str, expression: str) -> Json:
    data = {"items": "${{ inputs.items }}"}
    arguments = {"data": data, "expression": expression}
    return {"id": id, "use": "assent/transform.apply", "with": arguments}


def _artifact(id: str) -> Json:
    arguments = {"name": _WHO, "text": f"{_WHO} was here"}
    return {"id": id, "use": "assent/artifacts.write", "with": arguments}


def _notify(id: str) -> Json:
    arguments = {"to": ["gala"], "text": f"{_WHO} is done"}
    return {"id": id, "use": "assent/people.notify", "with": arguments}


_EACH = {"for_each": "${{ inputs.items }}"}
_SEEN = {"approval": "required"}
_TRIED = {"retry": {"attempts": 5, "backoff": "1s"}}

SHAPES = (
    Shape(
        "steady",
        [
            _transform("shape", "data.items.size()"),
            _add("one", 1, **_TRIED),
            {"id": "both", "parallel": [_add("left", 10), _artifact("right"), _add("third", 20)]},
            _add("each", "${{ item }}", **_EACH),
            _add("last", 100, **_TRIED),
        ],
        total=141,
    ),
    Shape(
        "asking",
        [
            _add("one", 1),
            _artifact("kept"),
            _add("seen", "${{ steps.one.output.value + 9 }}", **_SEEN),
            _append("written", "written:${{ item }}", **_EACH, **_SEEN, **_TRIED),
            _add("last", 100),
        ],
        total=111,
        lines=3,
        asks=True,
    ),
    Shape(
        "planned",
        [
            _add("one", 1),
            _append("written", "written:first", **_TRIED),
            _notify("told"),
            _append("again", "again:second", **_TRIED),
            _add("each", "${{ item }}", **_EACH),
        ],
        total=11,
        lines=2,
        asks=True,
    ),
    Shape(
        "waiting",
        [
            _add("one", 1),
            {"id": "rest", "wait": {"for": WAIT_SECONDS}},
            _append("written", "written:${{ steps.one.output.value }}", **_TRIED),
            _add("left_out", 1_000, **{"if": "${{ inputs.items.size() > 5 }}"}),
            _add("last", 100),
        ],
        total=101,
        lines=1,
        asks=True,
    ),
    Shape(
        "quick",
        [
            _add("one", 1),
            _add("two", 2),
            {"id": "rest", "wait": {"for": 5}},
            {"id": "both", "parallel": [_add("left", 10), _add("right", 20)]},
            _transform("size", "data.items[0]"),
        ],
        total=33,
    ),
)
