"""Programs of strangers: what they give, and that they reach nothing."""

import os
import signal
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.sandbox.programs import LONGEST_DETAIL, Program, ProgramFailed, session, value_of
from shared.sandbox.workers import WORKERS, SandboxDied
from tests.shared.sandbox.break_ins import ATTEMPTS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RANDOM = """
import random, time
from datetime import datetime
def run():
    return [random.random(), random.randint(0, 10**9), datetime.now().isoformat(), time.time(),
            str({'b', 'a', 'c'}), str(hash('x'))]
"""


# What does not end takes as much.
SOON = 0.4


def _value(code: str, at: datetime = AT, seed: str = "inv_1", **given: Any) -> Any:
    return value_of(Program(code, given, at, seed))


def test_it_gives_what_it_computes_from_what_it_is_given() -> None:
    code = """
def run(lines, rate=1):
    total = sum(each["amount"] for each in lines)
    return {"total": round(total * rate, 2), "names": [each["name"] for each in lines]}
"""
    lines = [{"name": "a", "amount": 1.5}, {"name": "ä", "amount": 2}]
    assert _value(code, lines=lines, rate=2) == {"total": 7.0, "names": ["a", "ä"]}
    assert _value(code, lines=[]) == {"total": 0, "names": []}


@pytest.mark.parametrize("tried", ATTEMPTS)
def test_a_break_in_gives_nothing(tried: str) -> None:
    with pytest.raises((ProgramFailed, SandboxDied)) as refused:
        value_of(Program(ATTEMPTS[tried], {}, AT, "", SOON))
    assert len(str(refused.value)) < 500
    assert len(getattr(refused.value, "detail", None) or "") <= LONGEST_DETAIL


def test_an_error_names_its_line_and_keeps_its_words_apart() -> None:
    with pytest.raises(ProgramFailed) as refused:
        _value("def of(a):\n    return a['amount']\n\ndef run(a):\n    return of(a)\n", a={})
    assert str(refused.value) == "it failed at line 2 (KeyError)"
    assert refused.value.detail == "line 2: KeyError: amount"


def test_the_same_program_gives_the_same_at_the_same_time() -> None:
    first = _value(RANDOM)
    assert first[2] == "2026-03-01T12:00:00"
    assert _value(RANDOM) == first
    assert _value(RANDOM, seed="inv_2")[:2] != first[:2]
    assert _value(RANDOM, at=datetime(2027, 1, 1, tzinfo=UTC))[2:4] != first[2:4]


def test_nobody_meets_what_another_one_left() -> None:
    leaves = "import json\nleft = 'secret'\ndef run():\n    global left\n    left = 2\n    return 1"
    assert _value(leaves) == 1
    with pytest.raises(ProgramFailed, match="NameError"):
        _value("def run(): return left")
    pids = set()
    for _ in range(3):
        with session(AT, "") as opened:
            pids.add(opened.worker_pid)
    assert len(pids) == 3


def test_a_process_that_is_killed_leaves_nothing_behind() -> None:
    def killed() -> None:
        time.sleep(0.3)
        os.kill(pids[0], signal.SIGKILL)

    pids: list[int] = []

    def fed() -> None:
        with session(AT, "") as opened:
            pids.append(opened.worker_pid or 0)
            threading.Thread(target=killed).start()
            opened.feed_run("while True: pass")

    with pytest.raises(SandboxDied):
        fed()
    assert _value("def run(): return 1") == 1


def test_a_process_that_cannot_begin_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.sandbox.workers._launched", lambda: "/bin/false")
    # One may be under way of the test before.
    WORKERS._maker.submit(int).result()
    WORKERS.end()
    with pytest.raises(SandboxDied):
        _value("def run(): return 1")
