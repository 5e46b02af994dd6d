"""Whether somebody says yes faster than anybody reads. Pure; it blocks nothing.

Adults read English non-fiction at 238 words a minute on average, most at 175 to 300 (Brysbaert,
"How many words do we read per minute?", Journal of Memory and Language 109, 2019), which cites that
more than 1,000 are impossible (Rayner, Schotter, Masson, Potter and Treiman, "So much to read, so
little time", 2016). A tenant's policy may set another rate."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from events.reading_pace import FastDecision, ReadingPaceExceeded, ReadingPaceState
from events.violations import Violation
from functions.approvals.rules.approval import Approval, Verb
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

# Whoever read that many words of a long content has seen what it is about.
MOST_WORDS = 1_000
IN_A_ROW = 3
WITHIN = timedelta(hours=1)
TOLD_AGAIN_AFTER = timedelta(hours=24)
_ASSENTS: tuple[Verb, ...] = ("approve", "break_glass")
_WORD = re.compile(r"\w+")


class ReadingPace(ReadingPaceState):
    """The fields that events publish, and when somebody was told of them last."""

    told_at: Instant | None = None


def least_read_ms(words_per_minute: int | None, *shown: Any) -> int | None:
    """How long anybody takes at that rate to read what is shown, at most MOST_WORDS of it; None
    where the tenant does not look."""
    if words_per_minute is None:
        return None
    return min(_words(shown), MOST_WORDS) * 60_000 // words_per_minute


def is_fast(approval: Approval, verb: Verb, read_ms: int | None) -> bool:
    """Whether a yes came before anybody could have read it. Who does not say how long they read is
    not judged."""
    if verb not in _ASSENTS or read_ms is None or approval.least_read_ms is None:
        return False
    return read_ms < approval.least_read_ms


def note_fast(
    pace: ReadingPace | None, approval: Approval, principal: str, read_ms: int, at: datetime
) -> tuple[Transition[ReadingPace]]:
    """The pace after one more such yes: published where it is the third within an hour and nobody
    was told for a day."""
    assert approval.least_read_ms is not None, "a fast one was compared with it"
    pace = pace or ReadingPace(principal=principal)
    fast = FastDecision(
        approval_id=approval.approval_id,
        read_ms=read_ms,
        least_read_ms=approval.least_read_ms,
        at=at,
    )
    recent = tuple(each for each in pace.decisions if each.at > at - WITHIN)
    decisions = (*recent, fast)[-IN_A_ROW:]
    was_told = pace.told_at is not None and at < pace.told_at + TOLD_AGAIN_AFTER
    if len(decisions) < IN_A_ROW or was_told:
        return (Transition(pace.but(decisions=decisions)),)
    told = pace.but(decisions=decisions, told_at=at)
    fields = {"violation": _violation(principal, decisions)}
    return (Transition(told, ReadingPaceExceeded, fields),)


def _violation(principal: str, decisions: tuple[FastDecision, ...]) -> Violation:
    return Violation(
        rule="reading_pace",
        summary=f"{principal} approved {len(decisions)} requests faster than anybody reads them",
        evidence=tuple(
            f"{each.approval_id} after {each.read_ms} ms; reading it takes {each.least_read_ms} ms"
            for each in decisions
        ),
    )


def _words(value: Any) -> int:
    return sum(len(_WORD.findall(each)) for each in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None:
        yield str(value)
