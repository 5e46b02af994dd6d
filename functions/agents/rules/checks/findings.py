"""The result of a check: a verdict, and the quoted part of the spec that caused it."""

from collections.abc import Iterable
from typing import Literal

from shared.kit.models import Model

Verdict = Literal["pass", "fail", "escalate"]
LONGEST_QUOTE = 160
MOST_FINDINGS = 5


class Finding(Model):
    """One verdict of one named check. `path` is a JSON Pointer into the spec."""

    check: str
    verdict: Verdict
    evidence: str
    path: str


class Objection(Model):
    """Why a check does not pass, before it becomes a finding."""

    path: str
    quote: str
    reason: str
    verdict: Literal["fail", "escalate"] = "fail"


def judged(check: str, objections: Iterable[Objection], *, passed: Objection) -> list[Finding]:
    """The findings of a check: its objections, at most five, failures first; without objections one
    pass with `passed` as its evidence."""
    found = sorted(objections, key=lambda objection: objection.verdict != "fail")
    if not found:
        return [Finding(check=check, verdict="pass", evidence=_told(passed), path=passed.path)]
    return [
        Finding(check=check, verdict=item.verdict, evidence=_told(item), path=item.path)
        for item in found[:MOST_FINDINGS]
    ]


def shown(path: str, quote: object, reason: str) -> Objection:
    """The evidence that a check passed."""
    return Objection(path=path, quote=shortened(quote), reason=reason)


def objection(
    path: str, quote: object, reason: str, verdict: Literal["fail", "escalate"] = "fail"
) -> Objection:
    """The evidence that a check does not pass."""
    return Objection(path=path, quote=shortened(quote), reason=reason, verdict=verdict)


def shortened(quote: object) -> str:
    """The quoted value on one line, shortened where it is long."""
    if isinstance(quote, list | tuple):
        quote = ", ".join(str(item) for item in quote)
    line = " ".join(str(quote).split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _told(item: Objection) -> str:
    return f'"{item.quote}": {item.reason}'
