"""What is wrong with a policy, and where."""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from events.models import Privacy
from functions.policy.rules.positions import (
    Position,
    Statement,
    named_in,
    place_of,
    refused_at,
    statements,
)
from shared.kit.errors import PolicyInvalid
from shared.kit.models import Model
from shared.kit.wording import one_of
from shared.policy.engine import ALWAYS
from shared.policy.schema import Schema
from shared.policy.sources import MET_BY_CALLS, Policy, Source, calls_meeting, met_by, read_policies

_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)
_POLICY = re.compile(r"for policy `policy\d+`, ")
# What only the platform's policies say, and why.
_RESERVED = {
    ALWAYS: "a tenant's never overrule another forbid",
    "refusal": "it chooses the code of a refusal",
    "who": "it says who may where nobody else does",
}
_PRIVACIES: tuple[str, ...] = get_args(Privacy)
_REGION = re.compile("[A-Z]{2}")
_OF_POLICY = re.compile(r"source\.(\d+)")
_NUMBER = re.compile(r"policy(\d+)")


class PolicyFinding(Model):
    """Something that is wrong (`error`) or decides nothing (`warning`), at a line and a column of
    the source, both from 1. `policy` is the policy's name, where it has one yet."""

    severity: Literal["error", "warning"]
    line: int
    column: int
    policy: str | None
    message: str


def findings_of(source: Source, schema: Schema) -> tuple[PolicyFinding, ...]:
    """What keeps the source from being published, in the order of the text; none where nothing
    does."""
    try:
        policies = read_policies(source)
    except PolicyInvalid as refusal:
        return _unreadable(source, refusal)
    each = tuple(statements(source.text))
    named = zip(each, policies, strict=True)
    said = [
        _error(source.text, statement.tokens[0].at, policy.name, message)
        for statement, policy in named
        for message in _annotated_in_vain(policy, schema)
    ]
    return (*said, *_misfits(source, each, [policy.name for policy in policies], schema))


def no_effect(source: Source, number: int, name: str, forbidding: str) -> PolicyFinding:
    """The finding about a permit whose every request a platform's forbid stops."""
    statement = tuple(statements(source.text))[number]
    message = (
        f"it permits only what {forbidding} forbids, and no tenant's permit beats a forbid of the "
        "platform: remove it, or permit something else"
    )
    return _error(source.text, statement.tokens[0].at, name, message)


def about_all(message: str) -> PolicyFinding:
    """A finding about the source beside the others of its tenant, at no place of its own."""
    return PolicyFinding(severity="error", line=1, column=1, policy=None, message=message)


def _annotated_in_vain(policy: Policy, schema: Schema) -> Iterator[str]:
    """What is wrong with a policy's annotations."""
    for name in sorted(_RESERVED.keys() & policy.annotations.keys()):
        yield (
            f"only the platform's policies can have @{name}, because {_RESERVED[name]}: remove the "
            "annotation"
        )
    kinds = {each.kind for each in policy.obligations} if policy.effect == "permit" else set()
    reached = schema.calls_in(policy) if kinds - MET_BY_CALLS else ()
    calls = tuple(each for each in reached if kinds - met_by(each))
    is_met = "redact" in kinds and reached and not calls
    if is_met and (strange := _strange_words(policy.annotations["redact"])):
        yield (
            f"@redact says {strange!r}: name privacies of model routes, {one_of(_PRIVACIES)}, and "
            "regions whose numbers are recognised by two capital letters, such as DE"
        )
    if calls:
        unmet = min(kinds - met_by(calls[0]))
        others = one_of((*schema.taken_by_callers, *calls_meeting(unmet)))
        yield (
            f"no call of Assent can meet @{unmet} here, so this would deny {_some(calls)}: remove "
            f"the annotation, or permit only {others}; what a call of Assent can meet is "
            f"{one_of(f'@{each}' for each in MET_BY_CALLS)}"
        )


def _strange_words(said: str) -> str:
    """What names no privacy and no region; all of it where no privacy is named."""
    words: list[str] = re.findall(r"[\w-]+", said)
    for each in words:
        if each not in _PRIVACIES and not _REGION.fullmatch(each):
            return each
    return "" if set(words) & set(_PRIVACIES) else said or "nothing"


def _some(calls: tuple[str, ...]) -> str:
    more = len(calls) - 1
    return f"{calls[0]} and {more} more" if more else calls[0]


def _unreadable(source: Source, refusal: PolicyInvalid) -> tuple[PolicyFinding, ...]:
    each = tuple(statements(source.text))
    numbered = [(_OF_POLICY.fullmatch(known.field), known.message) for known in refusal.errors]
    if any(number for number, _ in numbered):
        return tuple(
            _error(source.text, each[int(number[1])].tokens[0].at, None, message)
            for number, message in numbered
            if number
        )
    messages = [each.message for each in refusal.errors]
    guarded = [_LINE.fullmatch(each) for each in messages]
    if any(guarded):
        places = ((int(each[1]), each[2]) for each in guarded if each)
        return tuple(_at(Position(line, 1), None, said) for line, said in places)
    found = tuple(_syntax(source.text))
    return found or tuple(_at(Position(1, 1), None, each) for each in messages)


def _syntax(text: str) -> Iterator[PolicyFinding]:
    for statement in statements(text):
        said = complaint(statement.of(text))
        if said is not None:
            yield _error(text, refused_at(text, statement, complaint), None, said)


def complaint(text: str) -> str | None:
    """What Cedar says about a text that it cannot read; None where it can."""
    import cedarpy

    try:
        cedarpy.policies_to_json_str(text)
    except ValueError as error:
        return str(error)
    return None


def _misfits(
    source: Source, each: tuple[Statement, ...], names: list[str], schema: Schema
) -> Iterator[PolicyFinding]:
    import cedarpy

    for error in cedarpy.validate_policies(source.text, schema.handle).errors:
        number = _NUMBER.fullmatch(error.policy_id)
        place = int(number[1]) if number else 0
        message = _POLICY.sub("", error.error)
        yield _error(source.text, named_in(each[place], message), names[place], message)


def _error(text: str, at: int, policy: str | None, message: str) -> PolicyFinding:
    return _at(place_of(text, at), policy, message)


def _at(place: Position, policy: str | None, message: str) -> PolicyFinding:
    return PolicyFinding(
        severity="error", line=place.line, column=place.column, policy=policy, message=message
    )
