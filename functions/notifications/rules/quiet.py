"""Quiet hours: when a notice is sent that came while its recipient is not to be disturbed."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from events.deliveries import QuietHours
from shared.kit.instants import to_milliseconds

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# So long before a deadline its last call is made, or halfway where there is less time.
LAST_CALL_BEFORE = timedelta(hours=1)


def flaw_of(quiet: QuietHours) -> str | None:
    """Why the hours cannot be kept, and what to write instead; None where they can."""
    if not (_CLOCK.fullmatch(quiet.begin) and _CLOCK.fullmatch(quiet.end)):
        return "begin and end must be times of a day such as 22:00"
    if quiet.begin == quiet.end:
        return "begin and end must differ: whole days are never quiet"
    if quiet.time_zone not in available_timezones():
        return "time_zone must be a name of the IANA database, such as Europe/Berlin"
    return None


def held_until(quiet: QuietHours | None, at: datetime) -> datetime:
    """When the quiet hours around `at` end; `at` itself outside of them. An end that the clock
    skips is as much later, and of an end that comes twice the next one counts."""
    if quiet is None:
        return at
    zone = ZoneInfo(quiet.time_zone)
    local = at.astimezone(zone)
    begin, end, now = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end), local.time()
    is_quiet = begin <= now < end if begin < end else now >= begin or now < end
    if not is_quiet:
        return at
    days = timedelta(days=0 if now < end else 1)
    naive = datetime.combine(local.date() + days, end)
    ends = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return next((to_milliseconds(each) for each in ends if to_milliseconds(each) > at), at)


def last_call_at(useful_until: datetime, told_at: datetime) -> datetime | None:
    """When somebody is told again before a deadline; None where it is over."""
    left = useful_until - told_at
    if left <= timedelta():
        return None
    return useful_until - min(LAST_CALL_BEFORE, left / 2)


def due_at(
    quiet: QuietHours | None, at: datetime, useful_until: datetime | None, *, is_last_call: bool
) -> datetime:
    """When a notice of `at` is sent: after the quiet hours, but never later than the last call for
    what it is about, and a last call at once."""
    if is_last_call:
        return at
    held = held_until(quiet, at)
    if useful_until is None:
        return held
    return min(held, max(at, last_call_at(useful_until, at) or at))
