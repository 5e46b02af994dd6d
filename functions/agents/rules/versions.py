"""Version numbers: an evolution is a major one, a proposal a minor one."""

from events.agents import CaseKind

NEVER_DEPLOYED = "0.0.0"
FIRST = "1.0.0"


def version_after(current: str, kind: CaseKind) -> str:
    """The version that a case of `kind` makes of `current`."""
    if current == NEVER_DEPLOYED:
        return FIRST
    major, minor, _ = (int(part) for part in current.split("."))
    return f"{major}.{minor + 1}.0" if kind == "proposal" else f"{major + 1}.0.0"
