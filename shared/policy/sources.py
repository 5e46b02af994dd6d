"""Sources of policies: what of Cedar's text is accepted, and what its annotations oblige to."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

import cedarpy

from shared.kit.errors import FieldError, PolicyInvalid
from shared.kit.json_parts import parts_of
from shared.kit.plain_text import oddity

ObligationKind = Literal["alert", "log", "redact", "require_approval"]
OBLIGATIONS = frozenset(get_args(ObligationKind))
# What a call of Assent does when a policy obliges to it; with any other obligation it is refused.
MET_BY_CALLS: frozenset[ObligationKind] = frozenset({"alert", "log"})
# What single calls do beyond that.
_MET_BESIDES: Mapping[str, frozenset[ObligationKind]] = dict.fromkeys(
    ("models.complete", "models.embed", "models.message", "model-routes.ask"),
    frozenset({"redact"}),
)

LONGEST_SOURCE = 65_536
# Cedar's parser ends the process on text that is nested deeper, or on longer chains.
LONGEST_POLICY = 8_192
DEEPEST = 50
# What Cedar reads back from its own JSON form is 128 deep at most, of which a set of policies and
# the policy itself take some.
DEEPEST_PARSED = 120
MOST_POLICIES = 500
# A policy's name, and what `@id` may say.
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 60
# Each decision that a policy determines is stored and answered with its obligations.
LONGEST_OBLIGATION = 120
LONGEST_ANNOTATION = 500

# As Cedar reads them: a carriage return ends a comment, too.
_TEXT_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\r\n]*', re.DOTALL)
# Cedar makes of each name after `has` a condition as long as the path to it.
_LONG_PATH = re.compile(r"(?:\.\s*\w+\s*){50}")
_IN_PARTS = "write more than one `when`, or more than one policy"
_TOO_LONG_A_CHAIN = (
    f"chains too many operators, such as && or `else if`, into one condition: {_IN_PARTS}"
)
_OPENING, _CLOSING = "([{", ")]}"


class Source(NamedTuple):
    """Some policies as Cedar text. `name` begins the names of its policies, such as
    `platform/constitution` or `tenant/weekend-freeze`."""

    name: str
    text: str


class Obligation(NamedTuple):
    """What an answer obliges to: to ask for an approval, to hide a field, to log, to alert."""

    kind: ObligationKind
    value: str


def met_by(action: str) -> frozenset[ObligationKind]:
    """The obligations that this call of Assent meets."""
    return MET_BY_CALLS | _MET_BESIDES.get(action, frozenset())


def calls_meeting(kind: ObligationKind) -> tuple[str, ...]:
    """The calls of Assent that meet an obligation which others do not."""
    return tuple(sorted(call for call, kinds in _MET_BESIDES.items() if kind in kinds))


@dataclass(frozen=True)
class Policy:
    """One policy of a source. Its name is that of the source and its `@id`, or its number."""

    name: str
    effect: Literal["permit", "forbid"]
    annotations: Mapping[str, str]
    actions: frozenset[str]
    parsed: Mapping[str, Any] = field(repr=False)

    def reaches(self, names: frozenset[str]) -> bool:
        """Whether its scope holds an action with these names: its own, and those of its groups."""
        return not self.actions or not self.actions.isdisjoint(names)

    def is_of(self, action: str) -> bool:
        """Whether its scope names this very action."""
        return action in self.actions

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What its annotations `@require_approval`, `@redact`, `@log` and `@alert` oblige to."""
        return tuple(
            Obligation(name, value)  # type: ignore[arg-type]
            for name, value in self.annotations.items()
            if name in OBLIGATIONS
        )


def read_policies(source: Source, schema: cedarpy.Schema | None = None) -> tuple[Policy, ...]:
    """The policies of the source, in their order; checked against the schema where one is given.
    Raises PolicyInvalid."""
    ordered = _parsed(source)
    policies = tuple(_policy(source, number, each) for number, each in enumerate(ordered))
    if deep := [each.name for each in policies if _depth(each.parsed) > DEEPEST_PARSED]:
        raise _refusal(source, f"{deep[0]}: {_TOO_LONG_A_CHAIN}")
    findings = [
        FieldError(f"source.{number}", f"{policy.name}: {said}")
        for number, policy in enumerate(policies)
        for said in _misworded(policy)
    ]
    if findings:
        raise PolicyInvalid(findings[0].message, *findings)
    names = [each.name for each in policies]
    if twice := {each for each in names if names.count(each) > 1}:
        raise _refusal(source, f"two policies have the name {min(twice)}; give each its own @id")
    if schema is not None:
        result = cedarpy.validate_policies(source.text, schema)
        if not result.validation_passed:
            raise _refusal(source, *(each.error for each in result.errors))
    return policies


def set_of(policies: Iterable[Policy]) -> cedarpy.PolicySet:
    """The policies under their own names; text would number them anew."""
    statics = {each.name: each.parsed for each in policies}
    every = {"staticPolicies": statics, "templates": {}, "templateLinks": []}
    return cedarpy.PolicySet.from_json_str(json.dumps(every))


def _parsed(source: Source) -> list[Mapping[str, Any]]:
    """Its policies in Cedar's JSON form, in their order."""
    if findings := tuple(_unreadable(source.text)):
        raise PolicyInvalid(f"{source.name}: {findings[0].message}", *findings)
    try:
        read = json.loads(cedarpy.policies_to_json_str(source.text))
    except ValueError as error:
        raise _refusal(source, str(error)) from error
    except RecursionError as error:
        raise _refusal(source, _TOO_LONG_A_CHAIN) from error
    if read["templates"]:
        raise _refusal(source, "has a template; write the principal and the resource themselves")
    statics = read["staticPolicies"]
    if len(statics) > MOST_POLICIES:
        raise _refusal(source, f"has {len(statics)} policies; at most {MOST_POLICIES} are read")
    return [statics[f"policy{number}"] for number in range(len(statics))]


def _policy(source: Source, number: int, read: Mapping[str, object]) -> Policy:
    annotations = read.get("annotations") or {}
    assert isinstance(annotations, dict)
    given = {name: value or "" for name, value in annotations.items()}
    id = given.get("id", "")
    name = f"{source.name}/{id if _is_name(id) else number}"
    scope: Any = read["action"]
    named = [*scope.get("entities", ()), *([scope["entity"]] if "entity" in scope else [])]
    actions = frozenset(each["id"] for each in named)
    return Policy(name, read["effect"], given, actions, read)  # type: ignore[arg-type]


def _is_name(id: str) -> bool:
    return len(id) <= LONGEST_NAME and NAME.fullmatch(id) is not None


def _misworded(policy: Policy) -> Iterator[str]:
    """What is wrong with the texts that leave with decisions, as Cedar decoded them."""
    if "id" in policy.annotations and not _is_name(policy.annotations["id"]):
        yield (
            f"its @id must be small letters, digits and single hyphens between them, at most "
            f"{LONGEST_NAME} characters"
        )
    for name, text in policy.annotations.items():
        most = LONGEST_OBLIGATION if name in OBLIGATIONS else LONGEST_ANNOTATION
        if name != "id" and len(text) > most:
            yield f"its @{name} has {len(text)} characters; write at most {most}"
        elif problem := oddity(text):
            yield f"its @{name} {problem}"
    for part in parts_of(policy.parsed):
        named = part.get("id") if isinstance(part, dict) and "type" in part else None
        if isinstance(named, str) and (problem := oddity(named)):
            yield f"an entity's id {problem}"


def _depth(parsed: Any) -> int:
    """How many objects and lists lie in each other, counted without recursion."""
    depth, level = 0, [parsed]
    while level:
        depth += 1
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [item for each in inner for item in each if isinstance(item, dict | list)]
    return depth


def _unreadable(text: str) -> Iterator[FieldError]:
    """What must be refused before Cedar reads it."""
    if len(text) > LONGEST_SOURCE:
        longest = f"is {len(text)} characters long; at most {LONGEST_SOURCE} are read"
        yield FieldError("source", longest)
        return
    bare = _TEXT_OR_COMMENT.sub(lambda found: " " * len(found[0]), text)
    if path := _LONG_PATH.search(bare):
        detail = f"line {_line(text, path.start())}: has a path of {DEEPEST} or more names"
        yield FieldError("source", detail)
        return
    depth = begun = 0
    for place, character in enumerate(bare):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == ";":
            begun = place
        if depth > DEEPEST:
            detail = f"is nested too deeply, in more than {DEEPEST} brackets: {_IN_PARTS}"
            yield FieldError("source", f"line {_line(text, place)}: {detail}")
            return
        if place - begun > LONGEST_POLICY:
            detail = f"has a policy of more than {LONGEST_POLICY} characters; make two of it"
            yield FieldError("source", f"line {_line(text, begun)}: {detail}")
            return


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _refusal(source: Source, *messages: str) -> PolicyInvalid:
    findings = [FieldError("source", each) for each in messages]
    return PolicyInvalid(f"{source.name}: {messages[0]}", *findings)
