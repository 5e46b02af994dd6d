"""A check, and the findings that it makes: a verdict, its place, its evidence and its remedy."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from events.cases import Finding
from functions.agents.rules.rights import Powers
from shared.kit.quoting import quote

LONGEST_TEXT = 400
MOST_FINDINGS = 20
MOST_NAMES = 8
NOTHING_TO_DO = "none"


class Objection(NamedTuple):
    """Why a check does not pass: where, what shows it, and what to write instead."""

    path: str
    evidence: str
    remedy: str
    verdict: Literal["fail", "escalate"] = "fail"


class Check(NamedTuple):
    """A named check of a part of the spec: what it objects to; and where it passes, what shows
    that, by default what stands there."""

    name: str
    path: str
    objections: Callable[[Powers], Iterator[Objection]]
    evidence: Callable[[Powers], str] | None = None


def run(check: Check, powers: Powers) -> list[Finding]:
    """The findings of one check, failures first, at most twenty, of which the last says how many
    more there are; one pass where it has none."""
    found = sorted(check.objections(powers), key=lambda each: each.verdict != "fail")
    if not found:
        evidence = check.evidence(powers) if check.evidence else ""
        return [passed(check.name, powers, check.path, evidence)]
    if (more := len(found) - MOST_FINDINGS) > 0:
        last = found[MOST_FINDINGS - 1]
        evidence = f"{last.evidence[: LONGEST_TEXT - 40]}; and {more} more like it"
        found[MOST_FINDINGS - 1 :] = [last._replace(evidence=evidence)]
    return [
        Finding(
            check=check.name,
            verdict=each.verdict,
            evidence=each.evidence[:LONGEST_TEXT],
            path=powers.spec.nearest(each.path)[0],
            remedy=each.remedy[:LONGEST_TEXT],
        )
        for each in found
    ]


def passed(check: str, powers: Powers, path: str, evidence: str = "") -> Finding:
    """The finding that a check passed; without evidence it quotes what stands at the path."""
    place, value = powers.spec.nearest(path)
    shown = evidence or quote(value if place == path else None)
    return Finding(
        check=check, verdict="pass", evidence=shown[:LONGEST_TEXT], path=place, remedy=NOTHING_TO_DO
    )


def listed(names: Iterable[str]) -> str:
    """The first names in one line, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return ", ".join(known[:MOST_NAMES]) + more or "none"
