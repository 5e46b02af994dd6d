"""Who reads of the start of a run reads every event that can carry it."""

import json
from pathlib import Path

import pytest

from events import runs
from events.runs import RunStarted
from shared.manifest import load_manifests

ROOT = Path(__file__).parents[2]
STARTED = RunStarted.event_type
OF_A_RUN = sorted(
    {
        each.event_type
        for each in vars(runs).values()
        if getattr(each, "event_type", "").startswith("assent.run.")
    }
)


def _read(reader: Path) -> set[str]:
    return set(json.loads((reader / "handles.json").read_text())["events"])


READERS = sorted({each.source for each in load_manifests(ROOT).deployables})


def test_somebody_reads_of_the_start_of_a_run() -> None:
    assert len(OF_A_RUN) > 5
    assert any(STARTED in _read(each) for each in READERS if (each / "handles.json").exists())


@pytest.mark.parametrize("carrier", OF_A_RUN)
def test_who_reads_of_a_start_reads_what_can_carry_it(carrier: str) -> None:
    read = [_read(each) for each in READERS if (each / "handles.json").exists()]
    assert [types for types in read if STARTED in types and carrier not in types] == []
