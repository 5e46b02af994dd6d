"""Compiles a capsule with its inputs to the content of a plan: the same bytes on every machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from events.operations import COMPLETE, SKILL
from events.plan_content import (
    AgentPart,
    Assent,
    CapsulePart,
    Parallel,
    PlanContent,
    PlanStep,
    Retry,
    SubRun,
    Wait,
)
from functions.capsules.rules.calls import CertainCalls, known_arguments, undo_of
from functions.capsules.rules.completions import Models, completion_of, given_by, may_complete
from functions.capsules.rules.graph import Graph, Node, graph_of
from functions.capsules.rules.inputs import given_inputs
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.problems import Flawed, Problem
from functions.capsules.rules.prompts import Prompts
from functions.capsules.rules.rights import Holder, assent_to, call_of, granted
from functions.capsules.rules.schemas import ANY, Schema
from functions.capsules.rules.scope import Scope, misread
from functions.capsules.rules.skills import skill_arguments, skill_calls
from functions.capsules.rules.source import CapsuleBody, InnerStep, Step
from functions.capsules.rules.turns import ANSWER, agent_turns, why_no_model
from shared.agents.rights import KnownRights
from shared.artifacts.ids import artifacts_in
from shared.connectors.operations import OWN, Operations
from shared.kit.contents import Content
from shared.kit.expressions import ExpressionFailed
from shared.kit.money import usd_micros
from shared.kit.templates import condition

DEEPEST = 5


class Source(NamedTuple):
    """A published version of a capsule with the agent whose rights it runs with, the digest of the
    policies that determine its calls, the operations that there are where it lies, the models that
    it may ask, and the prompts that it names."""

    body: CapsuleBody
    checksum: str
    agent: AgentPart
    rights: KnownRights
    per_run_usd_micros: int
    policies: str
    operations: Operations = OWN
    models: Models = Models()
    prompts: Prompts = MappingProxyType({})

    @property
    def holder(self) -> Holder:
        """The agent, as it may use these operations."""
        return Holder(self.agent, self.rights, self.operations)


class Compiled(NamedTuple):
    """A plan, its content, and those of the plans in it."""

    plan: PlanContent
    content: Content
    inner: tuple["Compiled", ...] = ()

    @property
    def every(self) -> tuple["Compiled", ...]:
        """This plan and all plans in it, the inner ones first."""
        return (*(each for one in self.inner for each in one.every), self)


def compile_capsule(
    source: Source,
    inputs: Mapping[str, Any],
    others: Mapping[str, Source],
    depth: int = 0,
    artifacts: Mapping[str, str] = MappingProxyType({}),
) -> Compiled:
    """The plan. `others` are the capsules that steps name, as `name@version`, and `artifacts` the
    SHA-256 of each file that the inputs or a source name, by its id. Raises Flawed with
    every mistake that is found: in the `inputs` with the path `inputs…`, all others with their path
    in the source."""
    given = given_inputs(source.body, inputs)
    graph = graph_of(source.body)
    scope = Scope(given, source.body.input_schema, graph)
    compiling = _Compiling(source, scope, others, depth, artifacts)
    steps = compiling.steps()
    outputs = compiling.outputs()
    if compiling.problems:
        raise Flawed(*compiling.problems)
    own = source.body.budget_usd
    most = source.per_run_usd_micros
    plan = PlanContent(
        capsule=CapsulePart(
            name=source.body.capsule, version=source.body.version, checksum=source.checksum
        ),
        agent=source.agent,
        inputs=dict(given),
        steps=steps,
        outputs=outputs,
        budget_usd_micros=most if own is None else min(most, usd_micros(own)),
        policies=source.policies,
    )
    named = artifacts_in(plan.model_dump(mode="json"))
    plan = plan.but(artifacts={id: artifacts[id] for id in sorted(named & artifacts.keys())})
    return Compiled(plan, content_of(plan), tuple(compiling.inner))


def content_of(plan: PlanContent) -> Content:
    """The content whose hash is the plan's."""
    return Content.of(plan.model_dump(mode="json"))


@dataclass
class _Compiling:
    source: Source
    scope: Scope
    others: Mapping[str, Source]
    depth: int
    artifacts: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    inner: list[Compiled] = field(default_factory=list)
    certain: CertainCalls = field(default_factory=CertainCalls)

    @property
    def graph(self) -> Graph:
        return self.scope.graph

    def steps(self) -> tuple[PlanStep, ...]:
        found = []
        for id in self.graph.order:
            node = self.graph.nodes[id]
            assert isinstance(node.step, Step)
            step = self._group(node, node.step) if node.step.parallel else self._step(node)
            if step is not None:
                found.append(step.but(needs=self.graph.needs[id]))
        return tuple(found)

    def outputs(self) -> dict[str, Any]:
        outputs = self.source.body.outputs
        self.problems += misread("outputs", outputs, self.scope.told)
        return dict(outputs)

    def _group(self, node: Node, step: Step) -> PlanStep | None:
        self._reads(node)
        nodes = [self.graph.nodes[each.id] for each in step.parallel or ()]
        inner = [each for each in map(self._step, nodes) if each is not None]
        return self._planned(node, Parallel(steps=tuple(inner)))

    def _reads(self, node: Node) -> int:
        found = [*self.scope.problems_of(node), *self.scope.misfits(node)]
        self.problems += found
        return len(found)

    def _step(self, node: Node) -> PlanStep | None:
        self.scope.outputs[node.step.id] = ANY
        if self._reads(node):
            return None
        makers: dict[str, Callable[[Node], PlanStep]] = {
            "use": self._call,
            "wait": self._wait,
            "capsule": self._sub_run,
            "agent": self._agent,
            "skill": self._skill,
        }
        (deed,) = node.step.deeds
        try:
            return makers[deed](node)
        except Refused as refusal:
            self.problems.append(Problem(f"{node.path}.{deed}", str(refusal)))
        except ExpressionFailed as refusal:
            self.problems.append(Problem(node.path, f"{refusal}, with these inputs"))
        return None

    def _call(self, node: Node) -> PlanStep:
        step, source = node.step, self.source
        assert step.use is not None
        if step.use == COMPLETE:
            return self._completion(node)
        grant = granted(step.use, source.holder)
        self._listed(node, step.use)
        self._gives(step, grant.definition.output_schema)
        known, wrong = known_arguments(node, grant.definition.input_schema, self.scope)
        self.problems += wrong
        assent = assent_to(grant, source.rights, known, asks=step.asks)
        self.certain.add(node, grant, known)
        undo, wrong = undo_of(node, grant, source.holder)
        self.problems += wrong
        return self._planned(node, call_of(grant, step.arguments).but(undo=undo), assent)

    def _skill(self, node: Node) -> PlanStep:
        step, source = node.step, self.source
        grant = granted(SKILL, source.holder)
        self._gives(step, step.output or ANY)
        if step.calls is not None:
            for each in step.calls.operations:
                self._listed(node, each)
            calls, assent = skill_calls(step, grant, source.holder)
            return self._planned(node, calls, "step" if step.asks else assent)
        arguments = skill_arguments(step)
        known = self.scope.known(arguments, step.for_each)
        assent = assent_to(grant, source.rights, known, asks=False)
        self.certain.add(node, grant, known)
        return self._planned(node, call_of(grant, arguments), assent)

    def _listed(self, node: Node, operation: str) -> None:
        tools = self.source.body.tools
        if tools is not None and operation not in tools:
            raise Refused(f"is not among the capsule's tools: add {operation} to `tools`")

    def _wait(self, node: Node) -> PlanStep:
        wait = node.step.wait
        assert wait is not None
        return self._planned(node, Wait(seconds=wait.seconds, until=wait.until))

    def _agent(self, node: Node) -> PlanStep:
        body, source = node.step.agent, self.source
        assert body is not None
        for each in body.tools:
            self._listed(node, each)
        self._gives(node.step, ANSWER)
        if (why := why_no_model(body.model, source.models.stack)) is not None:
            at = "agent" if body.model is None else "agent.model"
            self.problems.append(Problem(f"{node.path}.{at}", why))
        turns, assent = agent_turns(body, source.holder, source.models.stack)
        return self._planned(node, turns, "step" if node.step.asks else assent)

    def _completion(self, node: Node) -> PlanStep:
        source = self.source
        self._listed(node, COMPLETE)
        may_complete(source.rights, source.agent.name)
        completion, wrong = completion_of(node, source.models, source.prompts, self.scope)
        self.problems += wrong
        self._gives(node.step, given_by(completion))
        return self._planned(node, completion, "plan" if node.step.asks else "none")

    def _sub_run(self, node: Node) -> PlanStep:
        step = node.step
        assert step.capsule is not None
        other = self.others.get(step.capsule)
        if other is None:
            raise Refused(f"there is no published capsule {step.capsule}: publish it first")
        if self.depth + 1 > DEEPEST:
            raise Refused(f"is nested more than {DEEPEST} deep: let one capsule do more")
        known = self.scope.known(step.arguments, None)
        if known is None:
            raise Refused(
                "takes inputs that are known before the run only: read `inputs`, not the outputs of"
                " steps"
            )
        try:
            compiled = compile_capsule(other, known[0], self.others, self.depth + 1, self.artifacts)
        except Flawed as flawed:
            raise Refused(_within(step.capsule, flawed)) from flawed
        self.inner.append(compiled)
        self._gives(step, {"type": "object"})
        assent: Assent = "plan" if compiled.plan.needs_assent else "none"
        sub_run = SubRun(plan_hash=compiled.content.hash)
        return self._planned(node, sub_run, "step" if step.asks else assent)

    def _gives(self, step: InnerStep, schema: Schema) -> None:
        each = schema if step.for_each is None else {"type": "array", "items": schema}
        self.scope.outputs[step.id] = each

    def _planned(self, node: Node, does: Any, assent: Assent = "none") -> PlanStep:
        step = node.step
        retry = Retry()
        if step.retry is not None:
            retry = Retry(attempts=step.retry.attempts, backoff_seconds=step.retry.backoff)
        return PlanStep(
            id=step.id,
            condition=_text(step.condition),
            for_each=_text(step.for_each),
            does=does,
            assent=assent,
            retry=retry,
            timeout_seconds=step.timeout,
            budget_usd_micros=None if step.budget_usd is None else usd_micros(step.budget_usd),
            tolerance_percent=self.source.body.tolerance_of(step),
        )


def _text(written: str | None) -> str | None:
    return None if written is None else condition(written).text


def _within(name: str, flawed: Flawed) -> str:
    return "; ".join(f"{name}: {each.path}: {each.message}" for each in flawed.problems[:3])
