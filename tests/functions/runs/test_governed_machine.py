"""Invariants 1, 2 and 7 (docs/domain.md) over the functions themselves: `runs`, `approvals` and
`tools` on a real store, and a server of counters that counts what it did. Events and timers come in
any order, again and late; processes die at any commit; a server does not answer; people start,
decide, pause, resume and cancel; and somebody sends the tokens again that they saw. While a run
rests because somebody said so, nothing begins that had not begun."""

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.approvals import ApprovalApproved
from functions.runs.aggregates import RUNS
from functions.runs.reactions import HANDLERS
from functions.tools.aggregates import INVOCATIONS
from shared.kit.errors import SignatureInvalid
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.timers import timer_event
from tests.deaths import Death, dies
from tests.functions.runs.worlds import World, add, append, deliver
from tests.stateful import Act, run_machine, sequences, until_answered

pytestmark = pytest.mark.repeats

# Each step adds another power of ten, so the sum says which steps acted, and how often.
AMOUNTS = ((1, 10), (100, 1_000))
_LONG_AFTER = timedelta(minutes=6)
_TRIES = 12
_deaths = st.none() | st.tuples(
    st.sampled_from(["Commit", "BatchGetDocuments"]),
    st.sampled_from(["before", "after"]),
    st.integers(1, 4),
)
_which = st.integers(0, 2**16)


@dataclass
class Known:
    """One of the runs: what it may add once anybody assented, and who did."""

    amounts: tuple[int, int]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    plan: str = ""
    run_id: str = ""
    approved: set[str] = field(default_factory=set)
    # What had been tried when somebody let it rest, or ended it; None while it may act.
    tried: frozenset[str] | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """What its steps do, in their order."""
        return (*map(str, self.amounts), f"line-{self.amounts[0]}")


class Governed(RuleBasedStateMachine):
    """Two runs of one tenant; of each the second step waits for assent, and the third one's target
    takes no key."""

    def __init__(self, act: Act, world: World) -> None:
        super().__init__()
        self.act = act
        self.world = replace(world, tenant=f"clinic-{uuid.uuid4().hex[:12]}")
        self.runs = [Known(each) for each in AMOUNTS]
        self.seen: list[httpx.Request] = []
        self.timers: list[Timer] = []

    @initialize()
    def begin(self) -> None:
        self.world.tools.event_hooks["request"] = [self._note]
        self.act(self._begin())

    async def _note(self, request: httpx.Request) -> None:
        if request.url.path == "/v1/invocations":
            self.seen.append(request)

    async def _begin(self) -> None:
        await self.world.fail(drop=0, refuse=0)
        await self.world.agent()
        for each in self.runs:
            one, two = each.amounts
            each.plan = await self.world.plan(
                add("one", one), add("two", two, assent="step"), append("three", f"line-{one}")
            )

    def _started(self) -> list[Known]:
        return [each for each in self.runs if each.run_id]

    @rule(which=_which, death=_deaths)
    def start(self, which: int, death: Death | None) -> None:
        """Whoever starts it again with the same key gets the same run."""
        run = self.runs[which % 2]

        async def started() -> None:
            answer = await self.world.start(run.plan, key=run.key, settles=False)
            assert run.run_id in ("", answer["run_id"])
            run.run_id = answer["run_id"]

        self._do(started, death)

    @rule(which=_which, death=_deaths, times=st.integers(1, 2))
    def an_event_arrives(self, which: int, death: Death | None, times: int) -> None:
        """Any one of all there were: in any order, late, and again."""
        log = self.act(self.world.log())
        for _ in range(times if log else 0):
            event = log[which % len(log)]
            self._do(lambda event=event: deliver(event), death)

    @rule(death=_deaths)
    def all_events_arrive(self, death: Death | None) -> None:
        self._do(self.world.settle, death)

    @precondition(lambda self: self._started())
    @rule(which=_which, death=_deaths, late=st.sampled_from([0, 1, 400]), times=st.integers(1, 2))
    def a_timer_fires(self, which: int, death: Death | None, late: int, times: int) -> None:
        """The one that a run waits for, or one that it waited for before; late, or again."""
        run = self._started()[which % len(self._started())]
        document = self.act(self.world.store.get(RUNS.collection, run.run_id))
        if document is not None and document.data.get("next_timer_at"):
            due = datetime.fromisoformat(document.data["next_timer_at"])
            self.timers.append(Timer(document.data["next_timer_type"], f"run/{run.run_id}", due))
        for _ in range(times if self.timers else 0):
            timer = self.timers[-1 - which % min(2, len(self.timers))]
            self._do(lambda timer=timer: self._fire(timer, late), death)

    async def _fire(self, timer: Timer, late: int) -> None:
        at = timer.at + timedelta(seconds=late)
        event = timer_event("runs", self.world.tenant, timer, at)
        await HANDLERS[event.type](event)

    @precondition(lambda self: self._started())
    @rule(which=_which, verb=st.sampled_from(["approve", "approve", "reject"]))
    def the_governor_decides(self, which: int, verb: str) -> None:
        """Decisions reach the run with the events, or not at all."""
        run = self._started()[which % len(self._started())]
        self.act(self._decide(run, verb))

    async def _decide(self, run: Known, verb: str) -> None:
        shown = await self.world.shown(run.run_id)
        if not shown.get("approval_id"):
            return
        governor = self.world.of("gala", "governor")
        path = f"/v1/approvals/{shown['approval_id']}"
        card = await self.world.approvals.get(path, headers=governor._headers())
        if card.status_code == 404:
            return
        hash = card.json()["decision_hash"]
        body = {
            "decision": verb,
            "decision_hash": hash,
            "client_decision_id": str(uuid.uuid4()),
            "note": "as discussed",
        }
        answer = await self.world.approvals.post(
            f"{path}/decisions", json=body, headers=governor._headers()
        )
        assert answer.status_code in (200, 409), answer.text
        if answer.status_code == 200 and verb == "approve":
            run.approved.add(hash)

    @precondition(lambda self: self._started())
    @rule(which=_which, verb=st.sampled_from(["pause", "resume", "resume", "cancel"]))
    def somebody_commands(self, which: int, verb: str) -> None:
        run = self._started()[which % len(self._started())]
        answer = self.act(self.world.post(f"/v1/runs/{run.run_id}/{verb}"))
        assert answer.status_code in (202, 409), answer.text
        if answer.status_code == 202:
            run.tried = self._tried() if _rests(answer.json()) else None

    def _tried(self) -> frozenset[str]:
        """What any call has asked for."""
        asked = (json.loads(each.content)["arguments"] for each in self.seen)
        return frozenset(str(each.get("amount", each.get("line"))) for each in asked)

    @rule(how=st.sampled_from(["drop", "refuse"]), calls=st.integers(1, 2))
    def the_server_fails(self, how: str, calls: int) -> None:
        """Of its next calls it loses the answers, or refuses them."""
        self.act(self.world.fail(**{how: calls}))

    @precondition(lambda self: self.seen)
    @rule(which=_which, how=st.sampled_from(["again", "other arguments", "other call", "expired"]))
    def somebody_sends_a_token_again(self, which: int, how: str) -> None:
        request = self.seen[which % len(self.seen)]
        body = json.loads(request.content)
        if how == "other arguments":
            body["arguments"] = {**body["arguments"], "amount": 5}
        elif how == "other call":
            body = json.loads(self.seen[(which // 7) % len(self.seen)].content)
        is_same = body == json.loads(request.content)
        answer = self.act(self._send(request, body, _LONG_AFTER if how == "expired" else None))
        if not is_same or how == "expired":
            assert 400 <= answer.status_code < 500, (how, answer.text)

    async def _send(
        self, request: httpx.Request, body: Any, after: timedelta | None
    ) -> httpx.Response:
        token = {"Authorization": request.headers["Authorization"]}
        if after is not None:
            self.world._show(after.total_seconds())
        try:
            return await self.world.tools.post("/v1/invocations", json=body, headers=token)
        finally:
            self.world._show(0.0)

    @rule(which=_which, how=st.sampled_from(["hash", "subject", "status"]))
    def somebody_forges_a_decision(self, which: int, how: str) -> None:
        """A signed decision that somebody changed is nobody's word."""
        approvals = [
            each for each in self.act(self.world.log()) if each.type == ApprovalApproved.event_type
        ]
        if not approvals:
            return
        event = approvals[which % len(approvals)]
        said = json.loads(event.data)
        others = [each.run_id for each in self._started() if each.run_id != said["subject"]["id"]]
        if how == "hash":
            said["decision_hash"] = "0" * 64
        elif how == "subject" and others:
            said["subject"]["id"] = others[0]
        else:
            said["decided_by"] = "mallory"
        forged: Envelope = event.model_copy(
            update={"data": json.dumps(said), "id": f"{event.id[:-1]}X"}
        )
        with pytest.raises(SignatureInvalid):
            self.act(until_answered(lambda: HANDLERS[event.type](forged)))

    def _do(self, step: Any, death: Death | None) -> None:
        """Lets it happen, or kills its process at that call."""
        self.act(step() if death is None else dies(self.world.cloud, step, death))

    @invariant()
    def each_step_acts_once_and_only_with_its_assent(self) -> None:
        if self._started():
            self.act(self._look())

    async def _look(self) -> None:
        value = (await self.world.counter())["value"]
        lines = await self.world.lines()
        for run in self.runs:
            first, second = (value // each % 10 for each in run.amounts)
            assert first <= 1, f"a step acted {first} times"
            assert second <= first, f"the assented step acted {second} times"
            assert not second or run.approved, "a step acted without assent"
            written = lines.count(f"line-{run.amounts[0]}")
            assert written <= second, "a step came before the one that it follows, or twice"
            for what, done in zip(run.wanted, (first, second, written), strict=True):
                begins = bool(done) and run.tried is not None and what not in run.tried
                assert not begins, "a step began in a run that somebody let rest"

    def teardown(self) -> None:
        if self.seen or self._started():
            self.act(self._end())
        self.world.tools.event_hooks["request"] = []

    async def _end(self) -> None:
        """Everything arrives at last, and people let go on what rests: nothing is lost."""
        self.world.cloud.mend()
        await self.world.fail(drop=0, refuse=0)
        for run in self._started():
            shown = await self._ended(run)
            value, lines = (await self.world.counter())["value"], await self.world.lines()
            if shown["status"] == "completed":
                assert [value // each % 10 for each in run.amounts] == [1, 1]
                assert lines.count(f"line-{run.amounts[0]}") == 1
                await self._all_is_recorded(run)
        await self._look()

    async def _ended(self, run: Known) -> Any:
        for _ in range(_TRIES):
            await self.world.settle()
            shown = await self.world.shown(run.run_id)
            waits = (shown.get("waiting") or {}).get("kind")
            if shown["status"] in ("completed", "cancelled") or waits == "doubt":
                return shown
            if shown["status"] in ("paused", "failed"):
                run.tried = None
                await self.world.post(f"/v1/runs/{run.run_id}/resume")
            elif shown["status"] == "awaiting_approval":
                await self._decide(run, "approve")
            else:
                await self.world.fire(run.run_id)
        raise AssertionError(f"it never ends: {shown}")

    async def _all_is_recorded(self, run: Known) -> None:
        """Each call by one token of its own, with the decision that allowed it, for this plan; and
        one receipt of what each did."""
        outcome = run.run_id, "confirmed"
        told = await self.world.receipts()
        steps = [each["step"] for each in told if (each["run_id"], each["outcome"]) == outcome]
        assert sorted(steps) == ["one", "three", "two"]
        calls = [
            INVOCATIONS.state_in(each.data)
            async for each in self.world.store.find_all(INVOCATIONS.collection)
        ]
        done = [each for each in calls if each.run_id == run.run_id and each.status == "confirmed"]
        assert len({each.token_id for each in done}) == len(done) == 3
        assert all(each.decision and each.plan_hash == run.plan for each in done)
        assert [bool(each.assented_by) for each in done if each.step == "two"] == [True]


def _rests(shown: Any) -> bool:
    """Whether the run, as its command was answered, acts no more before somebody says so."""
    paused = (shown.get("failure") or {}).get("code") == "paused"
    return shown["status"] == "cancelled" or (shown["status"] == "paused" and paused)


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        pytest.param(6, 15, marks=pytest.mark.timeout(300)),
        pytest.param(150, 40, marks=[pytest.mark.nightly, pytest.mark.timeout(1_800)]),
    ],
)
async def test_no_step_acts_twice_or_without_its_assent(
    world: World, most: int, steps: int
) -> None:
    try:
        await run_machine(lambda act: Governed(act, world), sequences(most, steps))
    finally:
        world.tools.event_hooks["request"] = []
