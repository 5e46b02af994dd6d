"""Who reads of the start of a run reads every event that can carry it."""

import json
from pathlib import Path

import pytest

from events import runs
from events.runs import RunStarted

ROOT = Path(__file__).parents[2]
STARTED = RunStarted.event_type
OF_A_RUN = sorted(
    {
        each.event_type
        for each in vars(runs).values()
        if getattr(each, "event_type", "").startswith("assent.run.")
    }
)


def _read(handles: Path) -> set[str]:
    return set(json.loads(handles.read_text())["events"])


# Each function has this file where it handles events.
FILES = sorted([*ROOT.glob("functions/*/handles.json"), ROOT / "mobile_api" / "handles.json"])
READERS = [*map(_read, FILES)]


def test_somebody_reads_of_the_start_of_a_run() -> None:
    assert len(OF_A_RUN) > 5
    assert any(STARTED in types for types in READERS)


@pytest.mark.parametrize("carrier", OF_A_RUN)
def test_who_reads_of_a_start_reads_what_can_carry_it(carrier: str) -> None:
    assert [types for types in READERS if STARTED in types and carrier not in types] == []
