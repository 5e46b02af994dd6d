"""What the control document says from now on: it is written in the commit of what it says."""

from datetime import datetime, timedelta

from events.policies import PolicyState
from events.tenants import FlagChanged
from shared.kit.control import KEPT, Control, EndedSessions, Flag, Revocation
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

# A thousand are some 60 KB, which every function reads every ten seconds.
MOST_REVOKED = 1000
MOST_FLAGS = 100
# A token may be issued by what was read before the commit, after the time that the commit names.
LONGEST_COMMIT = timedelta(seconds=30)

Step = Transition[Control]


def revoke(control: Control, id: str, at: datetime, version: int = 0) -> Step:
    """The tokens of a key or for a workspace are refused from now on, and those of a principal
    whose place in the tenant had a lower `version` when they were issued. Where a thousand were
    revoked in seventeen minutes, every token of the tenant is refused, and whoever may have another
    gets one."""
    revoked = {name: each for name, each in control.revoked.items() if at - each.at <= KEPT}
    revoked[id] = Revocation(at=at, version=version)
    if len(revoked) > MOST_REVOKED:
        return Transition(control.but(revoked={}, reissued_at=at + LONGEST_COMMIT))
    return Transition(control.but(revoked=revoked))


def restore(control: Control, id: str) -> tuple[Step, ...]:
    """The tokens for a workspace are taken again, also those of before; no change where they are
    not refused."""
    if id not in control.revoked:
        return ()
    kept = {name: each for name, each in control.revoked.items() if name != id}
    return (Transition(control.but(revoked=kept)),)


def set_flag(control: Control, name: str, percent: int) -> tuple[Step, ...]:
    """The flag is on for that share of the tenant's principals; for none of them, it is
    forgotten. No change where it is so. Raises VersionConflict for more than a hundred."""
    known = control.flags.get(name)
    if (known.percent if known else 0) == percent:
        return ()
    flags = {each: flag for each, flag in control.flags.items() if each != name}
    if percent:
        flags[name] = Flag(percent=percent)
    if len(flags) > MOST_FLAGS:
        raise VersionConflict(f"a tenant has at most {MOST_FLAGS} flags; set one to 0 first")
    said = control.but(flags=flags)
    return (Transition(said, FlagChanged, {"name": name, "percent": percent}),)


def follow_policies(control: Control, policy: PolicyState, at: datetime) -> tuple[Step, ...]:
    """What the tenant has published has at least this version now; no change by an event that
    comes again, or after a later one."""
    if policy.policy_version <= control.policy_version:
        return ()
    return (Transition(control.but(policy_version=policy.policy_version)),)


def end_session(ended: EndedSessions, session_id: str, at: datetime) -> Transition[EndedSessions]:
    """The tokens of a session are refused from now on; where a thousand ended in seventeen minutes,
    as `revoke`."""
    recent = {id: each for id, each in ended.ended.items() if at - each <= KEPT}
    recent[session_id] = at
    if len(recent) > MOST_REVOKED:
        return Transition(ended.but(ended={}, reissued_at=at + LONGEST_COMMIT))
    return Transition(ended.but(ended=recent))
