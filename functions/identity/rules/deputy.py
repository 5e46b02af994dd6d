"""A deputy with dates: a member who stands in for the governors from one moment until another."""

from datetime import datetime, timedelta

from events.members import MemberDeputyChanged
from functions.identity.rules.tenant import Member, MemberChange, Step, without_tokens
from shared.kit.control import Control
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.roles import DEPUTY, GOVERNOR
from shared.kit.transitions import Transition

LONGEST = timedelta(days=366)


def name(
    control: Control, member: Member, change: MemberChange, by: str, at: datetime
) -> tuple[Step, ...]:
    """The member as the governors' deputy between the change's moments, from now on where it says
    no first one, or no more; no change where that holds already. Earlier tokens are refused, so
    none has the role longer. Raises Invalid for moments in the past, in the wrong order or more
    than 366 days ahead, VersionConflict for a member who decides anyway, or no person."""
    if change.deputy_until is None:
        return _saved(control, member, None, None, None, at)
    since = change.deputy_from or at
    same = (since, change.deputy_until) == (member.deputy_from, member.deputy_until)
    if change.deputy_from is not None and change.deputy_from < at and not same:
        raise _wrong("deputy_from", "must not be in the past; leave it out for a deputy from now")
    if change.deputy_until <= max(since, at):
        raise _wrong("deputy_until", "must be after deputy_from, and in the future")
    if change.deputy_until > at + LONGEST:
        raise _wrong("deputy_until", f"must be within {LONGEST.days} days from now")
    if member.kind != "human":
        raise VersionConflict("a service never decides; name a person as deputy")
    if standing := {DEPUTY, GOVERNOR}.intersection(member.roles):
        detail = f"the member has the role {min(standing)} without dates; take it away first"
        raise VersionConflict(detail)
    return _saved(control, member, since, change.deputy_until, by, at)


def _saved(
    control: Control,
    member: Member,
    since: datetime | None,
    until: datetime | None,
    by: str | None,
    at: datetime,
) -> tuple[Step, ...]:
    if (since, until) == (member.deputy_from, member.deputy_until):
        return ()
    newer = member.but(
        deputy_from=since, deputy_until=until, deputy_by=by, version=member.version + 1
    )
    return without_tokens(control, newer, at), Transition(newer, MemberDeputyChanged)


def _wrong(field: str, what: str) -> Invalid:
    return Invalid(FieldError(field, what))
