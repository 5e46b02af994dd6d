"""The answers of the API about policies and decisions (docs/contracts.md)."""

from typing import Any, Self

from pydantic import JsonValue

from events.policies import PolicyStatus
from functions.policy.compare.compare import Comparison, Witness
from functions.policy.rules.findings import PolicyFinding
from functions.policy.rules.policy import Policy
from functions.policy.rules.questions import Decided, Shown, Tested, UidBody
from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Model, Page, part_of
from shared.kit.personal import PersonalText
from shared.policy.engine import Decision, Effect
from shared.policy.sources import Obligation

# In each direction a comparison has at most as many examples as the schema has environments.
MOST_EXAMPLES = 50


class PolicyView(Model):
    """A version of a policy without its text. `approval_id` is the approval that its publication
    waits for, or was allowed by."""

    policy_id: str
    name: str
    version: int
    status: PolicyStatus
    source_hash: str
    proposed_by: str
    proposed_at: Instant
    approval_id: str | None
    published_at: Instant | None
    retired_at: Instant | None
    reason: PersonalText | None

    @classmethod
    def of(cls, policy: Policy, **fields: Any) -> Self:
        """The policy."""
        return part_of(cls, policy, **fields)


class PolicyDetail(PolicyView):
    """A version of a policy with its Cedar text, which is null once it was erased."""

    source: str | None

    @classmethod
    def showing(cls, policy: Policy, contents: Contents) -> Self:
        """The policy with its text."""
        shown = contents.shown(policy.source_hash)
        return cls.of(policy, source=shown["source"] if shown else None)


class PolicyPage(Page[PolicyView]):
    """Some versions of policies, newest first."""


class Validation(Model):
    """Whether the version could be published, and what is wrong with it if not."""

    valid: bool
    findings: tuple[PolicyFinding, ...]


class TestReport(Model):
    """The answers to the cases, in their order."""

    __test__ = False

    passed: int
    failed: int
    results: tuple[Tested, ...]


class Answer(Model):
    """What the engine decided, and the policies that determine it."""

    effect: Effect
    obligations: tuple[Obligation, ...]
    determining: tuple[str, ...]
    errors: tuple[str, ...]

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """The decision."""
        fields = decision._asdict()
        return cls(**{name: fields[name] for name in cls.model_fields})


class ExampleRequest(Model):
    """Who takes which action on what, and what is asked about, in Cedar's JSON form."""

    principal: UidBody
    action: str
    resource: UidBody
    context: dict[str, JsonValue]
    entities: tuple[dict[str, JsonValue], ...]


class Example(Model):
    """A request that the draft decides otherwise than what is published, as a test of a policy and
    `POST /v1/decisions` take it; the engine itself decided both."""

    principal_type: str
    action: str
    resource_type: str
    request: ExampleRequest
    before: Answer
    after: Answer

    @classmethod
    def of(cls, witness: Witness) -> Self:
        """The witness."""
        return cls(
            principal_type=witness.environment.principal,
            action=witness.environment.action,
            resource_type=witness.environment.resource,
            request=ExampleRequest(
                **{**witness.case.request, "action": witness.environment.action},
                entities=tuple(witness.case.entities),
            ),
            before=Answer.of(witness.before),
            after=Answer.of(witness.after),
        )


class ComparisonView(Model):
    """What the draft newly allows and denies: an example for each principal type, action and
    resource type, at most fifty of each. `equivalent` where it is proved that nothing changes;
    `undecided` are those for which there is neither an example nor a proof, also where only what a
    caller is obliged to may change."""

    equivalent: bool
    newly_allowed: tuple[Example, ...]
    newly_denied: tuple[Example, ...]
    undecided: tuple[str, ...]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """The comparison."""
        return cls(
            equivalent=comparison.equivalent,
            newly_allowed=_examples(comparison.newly_allowed),
            newly_denied=_examples(comparison.newly_denied),
            undecided=tuple(map(str, comparison.undecided)),
        )


def _examples(witnesses: tuple[Witness, ...]) -> tuple[Example, ...]:
    return tuple(map(Example.of, witnesses[:MOST_EXAMPLES]))


class DecisionView(Model):
    """The answer to a request."""

    decision_id: str
    effect: Effect
    obligations: tuple[Obligation, ...]
    determining: tuple[str, ...]
    errors: tuple[str, ...]
    policy_version: str

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """The answer."""
        return part_of(cls, decided)


class DecisionPage(Page[Shown]):
    """Some decisions with the entities that they were decided on, newest first."""
