"""What is sold, read from the catalogue's file alone: no code of the platform has a part in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SOLD: Mapping[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "shared" / "catalogue" / "plans.toml").read_text("utf-8")
)
OVERAGE: Mapping[str, Any] = _SOLD["overage"]


@dataclass(frozen=True)
class Wanted:
    """An order; `add_ons` by name."""

    plan: str
    interval: str
    seats: int
    add_ons: Mapping[str, int] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """As a call has it."""
        add_ons = [{"add_on": name, "quantity": many} for name, many in self.add_ons.items()]
        return {
            "plan": self.plan,
            "interval": self.interval,
            "seats": self.seats,
            **({"add_ons": add_ons} if add_ons else {}),
        }

    @property
    def costs(self) -> dict[str, tuple[int, int]]:
        """The price of one and the quantity, of the plan and of each add-on."""
        many = 12 if self.interval == "year" else 1
        added = {
            name: (_SOLD["add_ons"][name]["month"] * many, quantity)
            for name, quantity in self.add_ons.items()
        }
        return {"plan": (_SOLD["plans"][self.plan][self.interval]["per_seat"], self.seats), **added}

    @property
    def limits(self) -> dict[str, int]:
        """What each meter may use in a month before more is paid for."""
        found = dict(_SOLD["plans"][self.plan]["limits"])
        for name, quantity in self.add_ons.items():
            for meter, units in _SOLD["add_ons"][name].get("adds", {}).items():
                if meter in found:
                    found[meter] += units * quantity
        return found

    @property
    def governing(self) -> set[str]:
        """The features whose loss loosens who must assent."""
        has = set(_SOLD["plans"][self.plan]["features"])
        for name in self.add_ons:
            has |= set(_SOLD["add_ons"][name].get("features", ()))
        return {name for name in has if _SOLD["features"][name]["governs"]}


def trial_days(plan: str) -> int:
    """For who never had a trial."""
    return int(_SOLD["plans"][plan]["trial_days"])


def add_ons_of(plan: str) -> list[str]:
    """What is sold with the plan."""
    return [name for name, each in _SOLD["add_ons"].items() if plan in each["plans"]]


def most_seats(plan: str) -> int:
    """Of one order; twelve where the plan has no limit."""
    return int(_SOLD["plans"][plan].get("most_seats", 12))
