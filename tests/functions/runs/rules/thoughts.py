"""A run in whose step a model chooses, committed as the function would commit it: with a model of
values, a `tools` that keeps what it did, and processes that die."""

from collections.abc import Iterable
from typing import Any

from events.invocations import InvocationView, Labelled, invocation_id
from events.operations import OPERATIONS
from events.plan_content import AgentTurns, Call, Envelope, PlanContent, PlanStep
from events.receipts import Receipt
from events.rights import RightLimits
from functions.runs.rules import burst_end
from functions.runs.rules.answers import (
    after_answer,
    after_failure,
    before_asking,
    count_lost,
    turn_key,
)
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.moves import Act, Ask, Finish, Halt, Rest, Think
from functions.runs.rules.prices import ModelTerms
from functions.runs.rules.progress import Progress
from functions.runs.rules.questions import lost_question, report_turns
from functions.runs.rules.run import Assented, Run, Steps
from functions.runs.rules.start import waiting_for
from functions.runs.rules.step_result import StepResult
from functions.runs.rules.step_under_way import Mind
from functions.runs.rules.thinking import Turn
from shared.agents.rights import KnownRights
from shared.kit.canonical import canonical_json, content_hash
from shared.models.messages import Answer, Chosen, ModelFailed, Usage
from tests.functions.runs.rules.plans import NOON, plan, run

COUNTER, LEDGER = "assent/counter.add", "assent/ledger.append"
TERMS = ModelTerms("scripted", 1, 4)
USAGE = Usage(tokens_in=100, tokens_out=20)
ANSWER_COST = 180


class Died(Exception):
    """The process died before its commit."""


def call_of(operation: str = COUNTER, **limits: Any) -> Call:
    definition = OPERATIONS[operation]
    return Call(
        operation=operation,
        arguments={},
        effect=definition.effect,
        undo=definition.undo,
        idempotent=definition.idempotent,
        pin=definition.pin,
        limits=RightLimits(**limits),
    )


def thinking(id: str = "think", *calls: Call, **fields: Any) -> PlanStep:
    """A step in which a model chooses."""
    bounds = {"most_calls": 5, "most_turns": 5, "spend_usd_micros": 50_000}
    bounds |= {name: fields.pop(name) for name in list(fields) if name in bounds}
    model = fields.pop("model", TERMS.name)
    envelope = Envelope(model=model, calls=calls or (call_of(),), **bounds)
    return PlanStep(id=id, does=AgentTurns(goal="count", envelope=envelope), **fields)


def chosen(amount: Any = 1, name: str = "assent_counter_add", **arguments: Any) -> Chosen:
    given = arguments or {"counter": "c", "amount": amount}
    return Chosen(name=name, arguments=canonical_json(given).decode())


def calling(*calls: Chosen, text: str = "", **fields: Any) -> Answer:
    return Answer(text=text, calls=calls, **{"usage": USAGE, **fields})


def saying(text: str = "done", **fields: Any) -> Answer:
    return Answer(text=text, **{"usage": USAGE, **fields})


class Thoughts:
    """What is stored of the run; each `burst` is one unit of work of one process."""

    def __init__(
        self,
        *answers: Answer | ModelFailed,
        steps: Iterable[PlanStep] = (),
        rights: KnownRights = KnownRights({}, {}, ()),  # noqa: B008 - it never changes
        terms: ModelTerms | None = TERMS,
        **plan_fields: Any,
    ) -> None:
        self.plan: PlanContent = plan(*(steps or (thinking(),)), **plan_fields)
        self.run: Run = run(steps=len(self.plan.steps)).moving(NOON)
        self.results: dict[str, StepResult] = {}
        self.turns: dict[str, Turn] = {}
        self.answers, self.rights, self.terms = list(answers), rights, terms
        self.asked: list[Think] = []
        self.acted: dict[str, ConcreteCall] = {}
        self.tools: dict[str, Any] = {}
        self.of_steps: dict[str, dict[str, Any]] = {}
        self.process = 0
        self.known: dict[str, Answer | ModelFailed] = {}
        self.asks: list[Ask] = []
        self.outputs: Any = None
        self.receipts: list[Receipt] = []

    def begin(self) -> None:
        """Another process."""
        self.process += 1
        self.known = {}

    def burst(self, *, dies: str = "") -> None:
        """One burst, which may die `before` the model is asked, after it has `answered`, or after a
        call has `acted`."""
        asker, known = f"ask_{self.process}", frozenset(self.known)
        mind = Mind(tuple(self.turns.values()), self.rights, self.terms, asker, known)
        run = count_lost(self.run, mind.asker)
        progress = Progress(run, self.plan, None, dict(self.results), mind=mind)
        progress.questions.extend(lost_question(self.run, self.plan, mind.asker))
        report_turns(progress)
        for each in self._until_end(progress, dies):
            self._store(each.state)
            self.receipts.extend(each.fields.get("receipts", ()))

    def questions(self) -> list[tuple[int, str, int]]:
        """The receipts of questions to the model: the turn, the outcome and what it cost."""
        asked = [each for each in self.receipts if each.model is not None]
        assert len({each.receipt_id for each in asked}) == len(asked)
        return [(each.model.turn, each.outcome, each.cost_usd_micros) for each in asked]  # type: ignore[union-attr]

    def until_rest(self) -> None:
        """Bursts of one process, until nothing follows by itself."""
        self.begin()
        for _ in range(100):
            if not self.run.is_moving:
                return
            self.burst()
        raise AssertionError("it never rests")

    def decide(self, *, yes: bool) -> None:
        """A person decides about what is asked."""
        asked = self.run.step_assent
        assert asked is not None
        by = {"given_by": "gala"} if yes else {"refused_by": "gala"}
        self.run = self.run.but(step_assent=asked.but(**by)).moving(NOON)

    @property
    def failure(self) -> tuple[str, str]:
        """How the run stands, and the code of why."""
        assert self.run.failure is not None
        return self.run.status, self.run.failure.code

    def told(self) -> list[str]:
        """What the model was told last of its calls."""
        return [each.text for each in self.asked[-1].said.messages if each.role == "tool"]

    def _until_end(self, progress: Progress, dies: str) -> Steps:
        while True:
            move = progress.next(NOON)
            match move:
                case Act():
                    ended = self._acts(progress, move, dies)
                    if isinstance(ended, Rest):
                        return burst_end.rest(progress, ended)
                    if ended is not None:
                        return burst_end.halt(progress, ended, NOON)
                case Think():
                    return self._thinks(progress, move, dies)
                case Ask():
                    self.asks.append(move)
                    asked = Assented(
                        approval_id=f"apr_{len(self.asks)}",
                        content_hash=move.content.hash,
                        step=move.calls[0].step,
                        token="t",
                    )
                    waiting = waiting_for(progress.run, asked)
                    return burst_end.ask(progress, waiting, "evt_1", ())
                case Halt():
                    return burst_end.halt(progress, move, NOON)
                case Finish():
                    self.outputs = move.outputs
                    return burst_end.finish(progress, move, NOON)
                case Rest():
                    return burst_end.rest(progress, move)

    def _acts(self, progress: Progress, move: Act, dies: str) -> Halt | Rest | None:
        outcome = progress.take([(each, self._view(each)) for each in move.calls], NOON)
        if dies == "acted":
            raise Died
        assert outcome is None or isinstance(outcome, Halt | Rest)
        return outcome

    def _view(self, call: ConcreteCall) -> InvocationView:
        operation = call.call.operation
        id = invocation_id("run_1", call.step, call.iteration, operation, call.arguments)
        fields = {"status": "confirmed", "output": Labelled(value={"value": 1}), **self.tools}
        fields |= self.of_steps.get(call.step, {})
        if fields["status"] == "confirmed":
            self.acted.setdefault(id, call)
        return InvocationView(
            invocation_id=id,
            run_id="run_1",
            operation=operation,
            at=NOON,
            decision="dec",
            token_id="tok",
            **fields,
        )

    def _thinks(self, progress: Progress, move: Think, dies: str) -> Steps:
        key = turn_key(progress.run, move)
        if key not in self.known:
            asker = f"ask_{self.process}"
            steps = before_asking(progress, move, asker, NOON, is_late=False)
            if steps is not None:
                return steps
            if dies == "before":
                raise Died
            self.asked.append(move)
            answer = self.answers.pop(0)
            if dies == "answered":
                raise Died
            self.known[key] = answer
        known = self.known[key]
        if isinstance(known, ModelFailed):
            return after_failure(progress, move, known, NOON)
        asker = f"ask_{self.process}"
        return after_answer(progress, move, known, asker, NOON, is_late=False)

    def _store(self, state: Any) -> None:
        match state:
            case Run():
                self.run = state
            case Turn():
                assert state.id not in self.turns
                self.turns[state.id] = state
            case StepResult():
                assert state.id not in self.results
                self.results[state.id] = state


def hash_of(ask: Ask) -> str:
    return content_hash(ask.content.value)
