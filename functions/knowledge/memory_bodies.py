"""What people and calls of runs say of a fact that is to be kept, found, corrected or erased."""

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from events.citations import Citation
from events.memories import MemoryScope, MemorySourceKind, MemoryTier
from functions.knowledge.rules.memory import LONGEST_FACT
from functions.knowledge.rules.shelf import Owner
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.wording import field_errors

B = TypeVar("B", bound=Model)

MOST_RECALLED = 20
LONGEST_QUESTION = 1_000

Fact = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_FACT)]
# A call of a run is also named by its operation: the newest one of that.
Named = Annotated[str, StringConstraints(max_length=201)]


class SourceBody(Model):
    """Where a fact is from: `person`, whoever says it; `call`, an invocation by its id or, in a
    run, the run's newest confirmed call of an operation; `document`, by a `citation` that verifies;
    `artifact`, `approval` or `memory`, by its id."""

    kind: MemorySourceKind = "person"
    id: Named = ""
    citation: Citation | None = None

    @model_validator(mode="after")
    def _cites(self) -> Self:
        if (self.kind == "document") != (self.citation is not None):
            raise ValueError("send citation with the kind document, and with no other")
        return self


class CorrectionBody(Model):
    """What is right instead, from where that is known, and when it holds. With a later
    `valid_from`, the earlier fact held until then; without one, it never did."""

    fact: Fact
    source: SourceBody = SourceBody()
    valid_from: Instant | None = None
    valid_to: Instant | None = None


class MemoryBody(CorrectionBody):
    """A fact, whose it is to be, and for how long: `working` for a week after it was recalled last,
    `episodic` for ninety days, `semantic` until it is corrected or erased."""

    scope: MemoryScope = "agent"
    agent_id: Id | None = None
    tier: MemoryTier = "semantic"

    @model_validator(mode="after")
    def _names_an_agent(self) -> Self:
        if (self.scope == "agent") != (self.agent_id is not None):
            raise ValueError("send agent_id with scope agent, and with no other")
        _check_tier(self.scope, self.tier)
        return self


class MemoryQuery(Model):
    """A question, and how many facts are wanted at most; without a question, the newest ones.
    `at_least`: how near a fact is to the question (the cosine of their vectors, 1 at most)."""

    query: Annotated[str, StringConstraints(max_length=LONGEST_QUESTION)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_RECALLED, strict=True)] = 5
    at_least: Annotated[float, Field(ge=-1, le=1, strict=True)] = -1.0


class MemoryQueryBody(MemoryQuery):
    """The same, for what the agent recalls."""

    agent_id: Id


class ErasureBody(Model):
    """Whose facts are erased: all of a source, by its id, or all that a person said."""

    source_id: Named | None = None
    said_by: Named | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.source_id is None) == (self.said_by is None):
            raise ValueError("send either source_id or said_by")
        return self


class RememberArguments(CorrectionBody):
    """What a call tells: a fact of its own agent, or of its team's."""

    source: SourceBody
    scope: Literal["agent", "team"] = "agent"
    tier: MemoryTier = "episodic"

    @model_validator(mode="after")
    def _has_a_tier(self) -> Self:
        _check_tier(self.scope, self.tier)
        return self

    def owner(self, agent_id: str, workspace_id: str | None) -> Owner:
        """Whose the fact is. Raises Invalid for a team where the agent is in none."""
        if self.scope == "agent":
            return Owner("agent", agent_id, workspace_id)
        return team_of(workspace_id)


class CorrectArguments(CorrectionBody):
    """What a call corrects."""

    source: SourceBody
    memory_id: Id


class ForgetArguments(Model):
    """What a call takes back."""

    memory_id: Id


def team_of(workspace_id: str | None) -> Owner:
    """The team of a workspace. Raises Invalid where there is none."""
    if workspace_id is None:
        told = "a team is a workspace, and this is in none: use agent, or tenant"
        raise Invalid(FieldError("scope", told))
    return Owner("team", None, workspace_id)


def read(body: type[B], arguments: dict[str, Any]) -> B:
    """The arguments of a call, without those that are null. Raises Invalid."""
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return body.model_validate(given)
    except ValidationError as error:
        raise Invalid(*field_errors(error)) from error


def _check_tier(scope: MemoryScope, tier: MemoryTier) -> None:
    if tier == "working" and scope != "agent":
        raise ValueError("working memory is one agent's own: use episodic or semantic")
