"""The largest specs that are taken, each with as much as possible of one thing."""

from typing import Any

from events.rights import MOST_OPERATIONS
from tests.functions.agents.specs import document

Json = dict[str, Any]


def _operations(name: str, effect: str, many: int = MOST_OPERATIONS, **rest: Any) -> list[Json]:
    return [{"name": name.format(number), "effect": effect, **rest} for number in range(many)]


def _sources(name: str, many: int = 20) -> list[str]:
    return [f"{name}.{number}" for number in range(many)]


def _access(*names: str, classification: str = "public") -> list[Json]:
    return [{"source": n, "mode": "write", "classification": classification} for n in names]


_LONG = "s" * 100
_NAME = "part.{:080d}"
_FIRST, _SECOND = _NAME.format(0), _NAME.format(1)
_TEXT = "\N{GRINNING FACE}" * 180
_SENDING = [
    *_operations("s{}", "send", 100),
    *(
        {"name": f"t{number}", "effect": "read", "sources": _sources(f"q{number}")}
        for number in range(145)
    ),
    {"name": "t", "effect": "read", "sources": ["known"]},
]
_PAYING = _operations("part.{:090d}", "pay", undo=f"part.{0:090d}", sources=_sources("s" * 30, 3))
_ONE_SYSTEM: dict[str, Json] = {
    # What two patterns stand for is four times as long as what is sent.
    "expanded": {
        "systems": [
            {
                "name": _LONG,
                "operations": [
                    {**each, "undo": _SECOND if each["name"] == _FIRST else _FIRST}
                    for each in _operations(_NAME, "draft")
                ],
            }
        ],
        "data_access": _access(_LONG),
        "rights": {
            "alone": [{"operation": f"{_LONG}/*", "per_day": 5}],
            "with_approval": [f"{_LONG}/*"],
        },
    },
    "fitting": {
        "systems": [{"name": _LONG, "operations": _operations("o{}", "draft")}],
        "data_access": _access(_LONG),
        "rights": {
            "alone": [{"operation": f"{_LONG}/*", "per_day": 5}],
            "with_approval": [f"{_LONG}/*"],
        },
    },
    "sends beside unknown data": {
        "systems": [{"name": "m", "operations": _SENDING, "sources": ["pub"]}],
        "data_access": [*_access("pub"), *_access("known", classification="restricted")],
        "rights": {"alone": ["m/*"]},
    },
    "sends beside restricted data": {
        "skills": ["correspond"],
        "systems": [{"name": "m", "operations": _operations("s{}", "send", 280)}],
        "data_access": _access("m", *_sources(_TEXT, 40), classification="restricted"),
        "rights": {"alone": ["m/*"]},
    },
    "patterns": {
        "systems": [{"name": "desk", "operations": _PAYING, "sources": _sources("s" * 30, 3)}],
        "rights": {
            "alone": ["desk/*", "desk/part.*"] * (MOST_OPERATIONS // 2),
            "with_approval": ["desk/*", "desk/part.*"] * (MOST_OPERATIONS // 2),
            "never": ["desk/part.1"] * MOST_OPERATIONS,
        },
    },
    "limited arguments": {
        "systems": [{"name": "desk", "operations": _operations("o{}", "draft", 9)}],
        "data_access": _access("desk"),
        "rights": {
            "alone": [
                {"operation": f"desk/o{n}", "only": {f"a{k}": _sources("p" * 9) for k in range(20)}}
                for n in range(9)
            ],
        },
    },
    "texts": {
        "scope": {name: [f"{name} {'x' * 1_200} {n}" for n in range(50)] for name in ("in", "out")}
    },
    "sources": {"data_access": _access("clinic-cms", *_sources(_TEXT, 49))},
    "entries for nothing": {
        "systems": [{"name": "s", "operations": _operations("o{}", "read")}],
        "rights": {"alone": ["s/*", *(f"t/x{number}" for number in range(MOST_OPERATIONS - 1))]},
    },
}
LARGEST: dict[str, Json] = {name: document(**changes) for name, changes in _ONE_SYSTEM.items()}
