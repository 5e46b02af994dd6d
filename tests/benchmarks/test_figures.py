"""What figures say, without measuring anything."""

import json
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.benchmarks.cold_start import figures_of
from tests.benchmarks.command_start import figures_of as figures_of_command
from tests.benchmarks.command_start import pinned
from tests.benchmarks.connections import read, written
from tests.benchmarks.earlier import own_texts, renamed
from tests.benchmarks.figures import Figure, at_least, at_most, percentile, worst
from tests.benchmarks.floor import HEARD, HEARS, SOURCE
from tests.benchmarks.keeping import HISTORY, LATEST, MACHINE, keep, last_run
from tests.benchmarks.peers.__main__ import beside_floor
from tests.benchmarks.runs import CYCLES, Alone, Crowd, handled_of
from tests.benchmarks.runs import figures_of as figures_of_runs
from tests.benchmarks.table import change, number, table_of

SIX_KEYS = ["value", "unit", "floor", "ratio", "aim", "met"]
AGENT = "agt_01M7WVEVZCCTGZFHG03KFKYVB5"
OTHER = "agt_01M7WVF32JFN8X9EY6MMZAM5AP"
DECISION = "55ff6c51-3077-451f-ae56-7bb8951d0f8f"


def test_an_aim_is_held_against_the_ratio_where_there_is_a_floor() -> None:
    assert Figure(3.0, "s", floor=2.0, aim=at_most(1.5)).met
    assert not Figure(3.1, "s", floor=2.0, aim=at_most(1.5)).met
    assert Figure(60, "cases/s", floor=200, aim=at_least(0.3)).met
    assert not Figure(59, "cases/s", floor=200, aim=at_least(0.3)).met


def test_an_aim_is_held_against_the_value_where_there_is_no_floor() -> None:
    assert Figure(10, "commits", aim=at_most(10)).met
    assert not Figure(11, "commits", aim=at_most(10)).met
    assert Figure(11, "commits").met is None


def test_a_figure_is_kept_under_the_same_six_keys_with_or_without_a_floor() -> None:
    full, bare = Figure(1 / 3, "s", 2 / 3, at_most(1)).as_json(), Figure(5, "ms").as_json()
    assert list(full) == list(bare) == SIX_KEYS
    assert full == {
        "value": 0.3333,
        "unit": "s",
        "floor": 0.6667,
        "ratio": 0.5,
        "aim": 1,
        "met": True,
    }
    assert bare["floor"] is bare["ratio"] is bare["aim"] is bare["met"] is None


def test_the_worst_round_is_the_one_furthest_from_the_aim() -> None:
    slow, quick = (Figure(value, "s", 1.0, at_most(1.25)) for value in (1.3, 1.1))
    assert worst([quick, slow]) is slow
    few, many = (Figure(value, "cases/s", 1.0, at_least(0.3)) for value in (0.2, 0.4))
    assert worst([many, few]) is few


@given(st.lists(st.floats(0, 1000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_measured_value_that_so_many_do_not_exceed(
    values: list[float], percent: int
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)


def test_a_cold_start_is_held_against_the_floor_that_reads_the_same_database() -> None:
    seconds = {
        "bare": [1.0, 1.1, 9.0],
        "bare-postgres": [2.0, 2.0, 2.0],
        "agents-reactions": [1.2, 1.3, 1.3],
        "audit-reactions": [2.2, 2.2, 2.2],
    }
    found = figures_of(seconds)
    assert list(found) == ["cold_start_agents_reactions", "cold_start_audit_reactions"]
    assert found["cold_start_agents_reactions"].floor == 1.1
    assert found["cold_start_audit_reactions"].floor == 2.0


def test_a_command_is_held_against_what_was_aimed_at_and_the_interpreter_is_not() -> None:
    starts = {
        "command_help": [0.1, 0.2, 0.9],
        "command_help_of_checkout": [0.3, 0.3, 0.1],
        "command_interpreter": [0.5],
    }
    found = figures_of_command(starts)
    assert [found[name].met for name in starts] == [True, False, None]


def test_the_versions_of_a_lock_are_taken_without_extras_and_hashes() -> None:
    lock = "rich==15.0.0 \\\n    --hash=sha256:09==\npsycopg[binary,pool]==3.3.1 ; x == 'y' \\\n"
    assert pinned(lock) == ("rich==15.0.0", "psycopg==3.3.1")


def test_a_run_of_one_figure_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    keep({"a": Figure(1, "s"), "b": Figure(2, "s")}, {"cores": 2}, tmp_path)
    keep({"b": Figure(3, "s")}, {"cores": 4}, tmp_path)
    found = last_run(tmp_path)
    assert (found["a"]["value"], found["b"]["value"]) == (1, 3)
    assert json.loads((tmp_path / LATEST).read_text()) == found
    assert json.loads((tmp_path / MACHINE).read_text()) == {"cores": 4}


def test_every_run_stays_in_the_history(tmp_path: Path) -> None:
    for value in (1, 2):
        keep({"a": Figure(value, "s")}, {"cores": 2}, tmp_path)
    runs = [json.loads(line) for line in (tmp_path / HISTORY).read_text().splitlines()]
    assert [run["figures"]["a"]["value"] for run in runs] == [1, 2]
    assert all(run["machine"] == {"cores": 2} for run in runs)


def test_there_is_no_last_run_before_the_first(tmp_path: Path) -> None:
    assert last_run(tmp_path) == {}


def test_a_change_is_that_of_the_ratio_or_without_a_floor_of_the_value() -> None:
    before = Figure(2.0, "s", floor=1.0).as_json()
    assert change(Figure(6.0, "s", floor=2.0), before) == "+50 %"
    assert change(Figure(1.5, "s"), Figure(2.0, "s").as_json()) == "-25 %"
    assert change(Figure(1.5, "s"), None) == ""


def test_the_table_names_every_figure_its_aim_and_whether_it_was_met() -> None:
    console = Console(width=120, record=True, file=StringIO())
    figures = {
        "start": Figure(1.5, "s", floor=1.0, aim=at_most(1.25)),
        "usd": Figure(0.00017, "USD", aim=at_most(0.0002)),
    }
    console.print(table_of(figures, {}))
    lines = console.export_text().splitlines()
    start = next(line for line in lines if "start" in line)
    usd = next(line for line in lines if "usd" in line)
    assert "≤ 1.25 of floor" in start
    assert "missed" in start
    assert "0.000170 USD" in usd
    assert "met" in usd


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (0.5, "0.5"), (1234.5, "1,234"), (0.00012, "0.000120")],
)
def test_numbers_are_written_as_people_read_them(value: float | None, text: str) -> None:
    assert number(value) == text


def test_an_answer_is_read_once_it_is_whole() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nA: b\r\n\r\nbody"
    assert all(read(whole[:end]) is None for end in range(len(whole)))
    reply = read(whole)
    assert reply is not None
    assert (reply.status, reply.body) == (200, b"body")


def test_an_answer_without_a_body_is_whole_with_its_head() -> None:
    reply = read(b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n")
    assert reply is not None
    assert (reply.status, reply.body) == (204, b"")


def test_a_request_says_how_long_its_body_is() -> None:
    request = written("POST", "/a?b=c", "h:1", {"X": "y"}, b"{}")
    assert request == b"POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nX: y\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("text", [AGENT, DECISION, "writer-00009"])
def test_copies_have_ids_and_names_of_the_same_length_and_no_two_the_same(text: str) -> None:
    copies = {renamed(text, number) for number in range(2_000)}
    assert len(copies) == 2_000
    assert {len(copy) for copy in copies} == {len(text)}


def test_only_what_is_a_cases_own_is_renamed_in_its_copies() -> None:
    case, others = f"{AGENT} {DECISION} shares {OTHER}", f"{OTHER} and more"
    assert own_texts(case, others) == (DECISION, AGENT)


def test_cycles_are_held_against_the_floor_before_and_after_them() -> None:
    ours = Crowd(8.0, {"runs": CYCLES * 0.03, "firestore": CYCLES * 0.02})
    floors = [Crowd(8.0, {"floor 1": CYCLES * 0.01}), Crowd(12.0, {"floor 1": CYCLES * 0.03})]
    alone = [Alone(4.0, [0.1, 0.1]), Alone(2.0, [0.3, 0.2, 0.1])]
    found = figures_of_runs(ours, floors, alone)
    assert (found["run_cycles"].ratio, found["run_cycles"].met) == (0.8, True)
    assert found["run_processor"].value == pytest.approx(50)
    assert found["run_processor"].met is False
    assert found["run_processor_of_floor"].value == pytest.approx(20)
    assert [(each.name, each.crowd, each.alone) for each in beside_floor(found)] == [
        ("Floor", 10.0, 4.0),
        ("Assent", 8.0, 2.0),
    ]
    assert [round(each.decided_p50) for each in beside_floor(found)] == [100, 200]


def test_a_decision_and_what_follows_are_found_in_the_logs_of_functions(tmp_path: Path) -> None:
    def log(name: str, *said: tuple[str, float, int]) -> Path:
        lines = [
            json.dumps(
                {
                    "message": text,
                    "milliseconds": took,
                    "operations": {"firestore-commits": commits},
                }
            )
            for text, took, commits in said
        ]
        (tmp_path / name).write_text("\n".join(["not JSON", *lines]) + "\n")
        return tmp_path / name

    decision, delivery = "POST /v1/approvals/apr_1/decisions", "POST /events/approvals"
    approvals = log(
        "approvals", (decision, 1.0, 1), ("GET /v1/approvals", 9.0, 0), (decision, 2, 1)
    )
    runs = log("runs", (delivery, 90.0, 0), (delivery, 10.0, 2), (delivery, 20.0, 2))
    assert handled_of(approvals, runs) == [11.0, 22.0]


def test_the_floor_serves_every_path_that_something_is_pushed_to() -> None:
    source = SOURCE.read_text()
    for topics, path in HEARS.values():
        assert not topics or f'@APP.post("{path}")' in source
        assert all(f'"{topic}"' in source for topic in (*topics, *HEARD))
