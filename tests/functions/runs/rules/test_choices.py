"""What a model chooses is made within its envelope, asked about where a person may grant it, and
else refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.connectors import Connector
from events.operations import OPERATIONS
from events.plan_content import Call
from events.rights import RightLimits
from functions.runs.rules.choices import Allowed, Bounds, Denied, Outside, judge, tool_names
from shared.agents.rights import HeldRight, KnownRights
from shared.connectors.operations import Operations
from shared.kit.canonical import canonical_json
from shared.models.messages import Chosen

COUNTER, LEDGER = "assent/counter.add", "assent/ledger.append"
NOTHING = KnownRights({}, {}, ())
ADD = {"counter": "visits", "amount": 1}
LINE = {"ledger": "log", "line": "x"}


def _call(operation: str, **limits: Any) -> Call:
    definition = OPERATIONS[operation]
    return Call(
        operation=operation,
        arguments={},
        effect=definition.effect,
        idempotent=definition.idempotent,
        pin=definition.pin,
        limits=RightLimits(**limits),
    )


def _right(operation: str, **limits: Any) -> dict[str, HeldRight]:
    right = HeldRight(operation=operation, effect="change", limits=RightLimits(**limits))
    return {operation: right}


def _judged(chosen: Chosen, *calls: Call, rights: KnownRights = NOTHING, **fields: Any) -> Any:
    bounds = {"is_trial": False, "made": {}, "held": {}, **fields}
    return judge(chosen, Bounds(calls=calls, rights=rights, **bounds))


def _wants(operation: str, arguments: Any) -> Chosen:
    text = arguments if isinstance(arguments, str) else canonical_json(arguments).decode()
    (name,) = tool_names((operation,))
    return Chosen(name=name, arguments=text)


def test_what_the_envelope_allows_is_made() -> None:
    call = _call(COUNTER, only={"counter": ("visits",)})
    assert _judged(_wants(COUNTER, ADD), call) == Allowed(call, ADD)
    named = Chosen(name=COUNTER, arguments=canonical_json(ADD).decode())
    assert _judged(named, call) == Allowed(call, ADD)


@pytest.mark.parametrize(
    ("limits", "made", "why"),
    [
        ({"only": {"counter": ("sales",)}}, 0, "its argument counter must be one of sales"),
        ({"per_run": 2}, 2, "the agent may call it 2 times a run"),
        ({"per_day": 2}, 0, "the run holds no more of the calls of the day"),
    ],
)
def test_what_is_beyond_the_envelope_is_asked_where_a_right_covers_it(
    limits: dict[str, Any], made: int, why: str
) -> None:
    call = _call(COUNTER, **limits)
    fields: dict[str, Any] = {"made": {COUNTER: made}}
    rights = KnownRights(_right(COUNTER, **limits), _right(COUNTER), ())
    found = _judged(_wants(COUNTER, ADD), call, rights=rights, **fields)
    assert isinstance(found, Outside)
    assert (found.why, found.arguments) == (why, ADD)
    # It goes by the right that covers it, not by the one that does not.
    assert found.call.limits == RightLimits()
    # No right covers it: nobody can grant it.
    alone = KnownRights(_right(COUNTER, **limits), {}, ())
    assert _judged(_wants(COUNTER, ADD), call, rights=alone, **fields) == Denied(why)
    assert _judged(_wants(COUNTER, ADD), call, **fields) == Denied("the agent has no right to it")


def test_a_tool_that_is_not_in_the_envelope_is_asked_only_where_the_agent_has_the_right() -> None:
    rights = KnownRights({}, _right(LEDGER), ())
    found = _judged(_wants(LEDGER, LINE), _call(COUNTER), rights=rights)
    assert isinstance(found, Outside)
    assert (found.call.operation, found.why) == (LEDGER, "it is not among the tools of the step")
    assert found.call.idempotent is False
    assert found.call.pin == OPERATIONS[LEDGER].pin
    assert isinstance(_judged(_wants(LEDGER, LINE), _call(COUNTER)), Denied)


def test_what_the_agent_may_never_do_is_never_asked_even_where_the_envelope_has_it() -> None:
    rights = KnownRights(_right(LEDGER), _right(LEDGER), ("assent/ledger.*",))
    denied = Denied("the agent may never do that")
    assert _judged(_wants(LEDGER, LINE), _call(COUNTER), rights=rights) == denied
    assert _judged(_wants(LEDGER, LINE), _call(LEDGER), rights=rights) == denied


def test_an_agent_on_trial_is_granted_nothing_that_reaches_beyond_drafts() -> None:
    rights = KnownRights({}, _right(LEDGER), ())
    found = _judged(_wants(LEDGER, LINE), _call(COUNTER), rights=rights, is_trial=True)
    assert found == Denied("an agent on trial reads and drafts")


@pytest.mark.parametrize(
    "arguments",
    [
        *('{"counter":', "[1]", '"text"', "null", '{"a":1,"a":2}', "NaN", '{"n": 1e999}'),
        *("{}", '{"counter": "visits"}', '{"counter": "visits", "amount": "4"}'),
        '{"counter": "visits", "amount": 1, "more": true}',
        '{"counter": "' + "x" * 70_000 + '", "amount": 1}',
        '{"counter": "\\ud800", "amount": 1}',
        "[" * 50_000,
    ],
)
def test_malformed_arguments_are_refused_and_nobody_is_asked(arguments: str) -> None:
    rights = KnownRights({}, _right(COUNTER), ())
    chosen = _wants(COUNTER, arguments)
    assert isinstance(_judged(chosen, _call(COUNTER), rights=rights), Denied)
    assert isinstance(_judged(chosen, rights=rights), Denied)


@given(name=st.text(max_size=200), arguments=st.text(max_size=200))
def test_no_name_and_no_text_of_arguments_breaks_the_judgement(name: str, arguments: str) -> None:
    found = _judged(Chosen(name=name, arguments=arguments), _call(COUNTER))
    assert isinstance(found, Denied)


def test_names_of_tools_are_what_models_take_and_stand_for_one_operation_each() -> None:
    names = tool_names((COUNTER, "assent/counter_add", "assent/" + "long" * 40, LEDGER))
    assert len(names) == 4
    assert next(iter(names.values())) == COUNTER
    assert all(len(each) <= 64 and each.replace("_", "").isalnum() for each in names)


def test_undoing_is_what_the_agent_may() -> None:
    rights = KnownRights({}, _right(COUNTER), ())
    found = _judged(_wants(COUNTER, ADD), rights=rights)
    assert found.call.undo is not None
    assert found.call.undo.operation == COUNTER


def _desk() -> Operations:
    """A connector whose one operation sends."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    post = {"name": "post", "effect": "send", "input_schema": schema}
    definition = {
        "name": "desk",
        "url": "https://api.example.com",
        "operations": [{**post, "method": "POST", "path": "/posts"}],
    }
    stored = {
        "connector_id": "con_1",
        "name": "desk",
        "status": "active",
        "pin": "0" * 64,
        "revision": 1,
        "written_by": "devin",
        "written_at": "2026-01-01T00:00:00Z",
        "definition": definition,
    }
    return Operations({"desk": Connector.model_validate(stored)})


@pytest.mark.parametrize("held_as", ["send", "pay", "change"])
def test_a_right_to_less_than_a_connector_does_grants_nothing(held_as: Any) -> None:
    right = HeldRight(operation="desk/post", effect=held_as)
    rights = KnownRights({}, {"desk/post": right}, ())
    chosen = Chosen(name="desk_post", arguments='{"title": "x"}')
    found = _judged(chosen, _call(COUNTER), rights=rights, operations=_desk())
    if held_as == "change":
        assert found == Denied("the agent's right to it is to change only")
    else:
        assert (found.call.effect, found.why) == (held_as, "it is not among the tools of the step")
    # Where its connector is not read, there is no such tool.
    assert _judged(chosen, _call(COUNTER), rights=rights) == Denied("there is no such tool")
