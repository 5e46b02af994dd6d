"""Plans, and a `tools` of values: what a test of the rules needs of the world."""

from datetime import UTC, datetime
from typing import Any

from events.invocations import InvocationView, Labelled
from events.plan_content import AgentPart, Call, CapsulePart, PlanContent, PlanStep
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.moves import Act, Move
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HASH = "a" * 64


def add(id: str, amount: Any = 1, **step: Any) -> PlanStep:
    """A step that adds to a counter."""
    return calling(id, "assent/counter.add", {"counter": "c", "amount": amount}, **step)


def calling(id: str, operation: str, arguments: dict[str, Any], **step: Any) -> PlanStep:
    """A step that makes a call; fields of the call may be among those of the step."""
    of_call = {name: step.pop(name) for name in list(step) if name in Call.model_fields}
    fields = {"effect": "change", "idempotent": True, "pin": HASH, **of_call}
    return PlanStep(id=id, does=Call(operation=operation, arguments=arguments, **fields), **step)


def plan(*steps: PlanStep, **fields: Any) -> PlanContent:
    """A plan of these steps."""
    return PlanContent(
        capsule=CapsulePart(name="count", version="1.0.0", checksum=HASH),
        agent=AgentPart(
            agent_id="agt_1", name="counter", version="1.0.0", spec_hash=HASH, mode="production"
        ),
        steps=steps,
        **{"inputs": {}, "outputs": {}, "budget_usd_micros": 500_000, "policies": "", **fields},
    )


def run(**fields: Any) -> Run:
    """A run that has just begun."""
    begun: dict[str, Any] = {
        "run_id": "run_1",
        "plan_hash": HASH,
        "capsule": "count",
        "capsule_version": "1.0.0",
        "agent_id": "agt_1",
        "agent_version": "1.0.0",
        "status": "running",
        "started_by": "ada",
        "started_at": NOON,
        "steps": 1,
    }
    return Run(**{**begun, **fields})


class Tools:
    """Answers calls as `tools` would, and counts what it did."""

    def __init__(self, **answers: Any) -> None:
        """`answers` are the fields of the answer by the id of the step."""
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def view(self, call: ConcreteCall) -> InvocationView:
        self.calls.append((call.step, call.arguments))
        output = Labelled(value={"value": call.arguments.get("amount")})
        fields = {"status": "confirmed", "output": output, **self.answers.get(call.step, {})}
        return InvocationView(
            invocation_id=f"inv_{call.step}_{call.iteration}",
            run_id="run_1",
            operation=call.call.operation,
            at=NOON,
            decision="dec_1",
            token_id="tok",
            **fields,
        )

    def drive(self, progress: Progress, at: datetime = NOON) -> Move:
        """The first move that is no call."""
        while isinstance(move := progress.next(at), Act):
            if progress.is_full:
                return move
            outcome = progress.take([(call, self.view(call)) for call in move.calls], at)
            if outcome is not None:
                return outcome
        return move
