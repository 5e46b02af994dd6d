"""What one area of the audit found, and what that means for the whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

HOLDS, FAILS, UNCHECKED = 0, 1, 2


@dataclass(frozen=True)
class Area:
    """`wrong` fails the audit. `unmet` is known, written down and stays visible. `unchecked` could
    not be looked at here, which is not the same as being well."""

    name: str
    passed: int = 0
    wrong: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        if self.wrong:
            return "fails"
        if self.unchecked:
            return "not checked"
        return f"holds, {len(self.unmet)} not met" if self.unmet else "holds"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "verdict": self.verdict,
            "passed": self.passed,
            "wrong": list(self.wrong),
            "not_met": list(self.unmet),
            "not_checked": list(self.unchecked),
        }


def exit_status(areas: Iterable[Area], *, offline: bool) -> int:
    """1 where something is wrong; 2 where something could not be checked, unless `offline` says
    that this was expected."""
    found = list(areas)
    if any(area.wrong for area in found):
        return FAILS
    if any(area.unchecked for area in found) and not offline:
        return UNCHECKED
    return HOLDS
