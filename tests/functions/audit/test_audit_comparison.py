"""Versions of a prompt side by side, by the receipts of what runs asked with them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.receipts import ASKED, ModelTurn, Receipt
from functions.audit import comparison
from functions.audit.api import compare_prompt
from functions.audit.appender import append
from functions.audit.rules.comparison import MOST_VERSIONS, Question, VersionRow, compared
from functions.audit.views import PromptComparison
from shared.kit.callers import Caller
from shared.kit.errors import Invalid
from shared.kit.instants import format_instant
from tests.functions.audit.chains import AT, Chain
from tests.functions.audit.reports import receipt, report

HOUR = timedelta(hours=1)


def test_each_version_has_a_row_of_what_was_asked_with_it() -> None:
    answered = Question("sum-up@3", "run_1", "confirmed", True, 100, 20, 180, 400, "b" * 64)
    asked = [
        Question("sum-up@10", "run_2", "confirmed", True, None, None, 90, None),
        answered,
        answered._replace(fits=False, answered_in_ms=900),
        answered._replace(run_id="run_3", answered_in_ms=500),
        Question("sum-up@3", "run_3", "refused"),
        Question("sum-up@3", "run_3", "doubtful", cost_usd_micros=1_000),
    ]
    first, second = compared(asked)
    assert first == VersionRow(
        version=3,
        runs=2,
        questions=5,
        answered=3,
        unfit=1,
        refused=1,
        doubtful=1,
        tokens_in=300,
        tokens_out=60,
        cost_usd_micros=1_540,
        median_ms=500,
        plans=("b" * 64,),
    )
    assert (second.version, second.questions, second.tokens_in, second.median_ms) == (
        10,
        1,
        0,
        None,
    )
    assert compared([]) == ()
    many = [Question(f"sum-up@{each}", "run_1", "refused") for each in range(1, MOST_VERSIONS + 2)]
    assert [each.version for each in compared(many)] == [*range(2, MOST_VERSIONS + 2)]


def test_a_row_names_the_plans_that_asked_most() -> None:
    plans = ["f", *["e"] * 3, *["d"] * 2, *"cba"]
    asked = [Question("sum-up@1", "run_1", "refused", plan_hash=each) for each in plans]
    (row,) = compared(asked)
    assert row.plans == ("e", "d", "a", "b", "c")
    assert compared(reversed(asked)) == (row,)


def _asked(number: int, prompt: str, **changes: Any) -> Receipt:
    fields = {"tokens_in": 100, "tokens_out": 20, "answered_in_ms": 400 + number, "fits": True}
    model = ModelTurn(name="small-1", turn=0, prompt=prompt, **fields)
    said = {"operation": ASKED, "decision": None, "cost_usd_micros": 180, "model": model}
    return receipt(number, **{**said, **changes})


@pytest.fixture
async def caller(chain: Chain) -> Caller:
    """Of a tenant whose runs asked with two versions, one of them in a workspace too."""
    first = [_asked(each, "sum-up@3") for each in range(3)]
    others = [_asked(3, "sum-up@4"), _asked(4, "sum-up-more@3"), _asked(5, "to-sum-up@3")]
    told = receipt(6, reason='a server said "prompt":"sum-up@3"')
    await append(report(chain.tenant, 1, *first, *others, told))
    await append(report(chain.tenant, 2, _asked(7, "sum-up@3", run="2"), workspaceid="wsp_1"))
    return Caller("gala", chain.tenant, frozenset({"models:read"}), frozenset(), AT, token="")


async def _compared(caller: Caller, **times: Any) -> PromptComparison:
    since, until = times.get("since", AT - HOUR), times.get("until", AT + HOUR)
    return await compare_prompt(caller, "sum-up", format_instant(since), format_instant(until))


def _rows(comparison: PromptComparison) -> list[tuple[int, int, int, int | None]]:
    return [
        (each.version, each.runs, each.questions, each.median_ms) for each in comparison.versions
    ]


@pytest.mark.platform
async def test_receipts_of_the_time_and_the_place_are_counted_and_of_no_other_prompt(
    caller: Caller,
) -> None:
    whole = await _compared(caller)
    assert (whole.receipts, _rows(whole)) == (8, [(3, 2, 4, 402), (4, 1, 1, 403)])
    assert (whole.versions[0].tokens_in, whole.versions[0].cost_usd_micros) == (400, 720)
    assert whole.versions[0].plans == (receipt(0).plan_hash,)
    in_one = await _compared(replace(caller, workspace_id="wsp_1"))
    assert (in_one.receipts, _rows(in_one)) == (1, [(3, 1, 1, 407)])
    later = await _compared(
        caller, since=AT + timedelta(seconds=2), until=AT + timedelta(seconds=4)
    )
    assert _rows(later) == [(3, 1, 1, 402), (4, 1, 1, 403)]
    other = await _compared(replace(caller, tenant_id=f"{caller.tenant_id}-2"))
    assert (other.receipts, other.versions) == (0, ())


@pytest.mark.platform
async def test_a_time_that_cannot_be_looked_through_is_refused(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for until, told in ((AT - HOUR, "after `from`"), (AT + 92 * 24 * HOUR, "within 92 days")):
        with pytest.raises(Invalid) as refused:
            await _compared(caller, until=until)
        assert told in refused.value.errors[0].message
    monkeypatch.setattr(comparison, "MOST_RECEIPTS", 7)
    with pytest.raises(Invalid) as refused:
        await _compared(caller)
    assert "over 7 receipts" in refused.value.errors[0].message
