"""What a call leads to is bounded: the committed table has every route, its rows meet the bars, and
calls still lead to what it says."""

from pathlib import Path

import pytest

from emulators.running import RunningPlatform
from tests.benchmarks import amplification
from tests.benchmarks.amplification import Row, measured, read, routes, write
from tests.benchmarks.worst import WORST

COMMITTED = {(row.call, row.what): row for row in read()}
# A creation, a large approval's request, and lists: everything in a few seconds.
AGAIN = [
    ("POST", "/v1/agents"),
    ("POST", "/v1/approvals"),
    ("PUT", "/v1/approvals/policy"),
    ("GET", "/v1/approvals/policy"),
    ("GET", "/v1/agents/{agent_id}"),
    ("GET", "/v1/workflows/{case_id}"),
]


def test_every_route_has_a_worst_case_and_a_row() -> None:
    assert routes() == WORST.keys()
    assert {call for call, _ in COMMITTED} == {f"{method} {path}" for method, path in routes()}


# Four events follow, each to every subscription of its topic, for a body of 196 bytes: 23 messages
# of the smallest billed size, where the bar allows 20. docs/LIMITATIONS.md says it.
MISSED = {
    ("GET /explorer/{path}", "the largest"): ("answer",),
    ("GET /v1/corpora/{corpus_id}/documents", "limit 1"): ("read",),
    ("GET /v1/kpis", "101 tenants"): ("read",),
    ("GET /v1/memories", "limit 1"): ("read",),
    ("GET /v1/patterns", "limit 1"): ("read",),
    ("POST /v1/corpora/{corpus_id}/documents", "the largest"): ("USD",),
    ("POST /v1/knowledge/nearest-rules", "128 KB"): ("USD",),
    ("POST /v1/knowledge/search", "the largest"): ("USD",),
    ("POST /v1/local-models/redactions", "the largest"): ("USD",),
    ("POST /v1/patterns/mine", "a few requests"): ("USD",),
    ("POST /v1/mobile/approvals/{approval_id}/veto", "an agent rolls back"): ("messages",),
    ("POST /v1/workflows/{case_id}/cancel", "it waits"): ("messages",),
    ("POST /v1/workflows/{case_id}/cancel", "the largest"): ("messages",),
}


def test_every_row_meets_its_bars_but_for_those_that_are_known() -> None:
    assert {name: row.missed for name, row in COMMITTED.items() if row.missed} == MISSED


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    page = tmp_path / "cost.md"
    page.write_text(f"before\n{amplification.BEGIN}\nold\n{amplification.END}\nafter\n")
    rows = [
        Row("GET /v1/agents", "limit 100", 0, 0, 101, 0, 1_234_567, 0.000043, 100),
        Row("POST /v1/agents", "the largest", 115_261, 31_383, 17, 17, 214, 0.000059, None),
    ]
    write(rows, page)
    assert read(page) == rows
    assert [row.missed for row in rows] == [("answer",), ()]
    lines = page.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "old" not in lines


def test_each_bar_is_missed_where_it_is_exceeded() -> None:
    within = Row("POST /v1/x", "x", 100, 20 * 100 + 16_384, 9, 9, 9, 0.0002, None)
    assert within.missed == ()
    beyond = Row("POST /v1/x", "x", 100, within.messages + 1, 9, 9, 9, 0.00021, None)
    assert beyond.missed == ("messages", "USD")
    assert Row("GET /v1/x", "x", 0, 0, 3, 0, 1_000_000, 1.0, 1).missed == ("read",)


@pytest.mark.platform
@pytest.mark.timeout(180)
def test_calls_lead_to_what_is_on_record(running: RunningPlatform) -> None:
    """Otherwise run `python -m tests.benchmarks amplification`, and commit the table."""
    running.client.disarm()
    for row in measured(running.client, AGAIN):
        recorded = COMMITTED[row.call, row.what]
        assert row.messages == pytest.approx(recorded.messages, rel=0.1), row
        # The first call of a process sweeps too, and stores slices that later ones find stored.
        assert row.writes == pytest.approx(recorded.writes, abs=5), row
        # A call's time, and so its price, depends on what else the machine does.
        assert {*row.missed} - {"USD"} == {*recorded.missed} - {"USD"}, row


@pytest.mark.platform
@pytest.mark.nightly
@pytest.mark.timeout(1_200)
def test_every_call_measured_anew_meets_its_bars(running: RunningPlatform) -> None:
    running.client.disarm()
    assert [row for row in measured(running.client, sorted(WORST)) if row.missed] == []
