"""The root over the closed lines of a section. An event carries it into the audit log, whose
checkpoints cover it. Pure."""

from collections.abc import Sequence

from shared.usage.proofs import UsageLine
from shared.usage.slabs import path_of, root_of

# The event that records a closed section in the audit log.
CLOSED = "assent.usage_month.closed.v1"
NOUN = "usage_month"


def section_name(period: str, section: int) -> str:
    """The name of a section of a month, as `2026-10.1`."""
    return f"{period}.{section}"


def section_root(lines: Sequence[UsageLine]) -> str:
    """The RFC 9162 root, in hex, over the text of each line of a section, in their order."""
    return root_of(_texts(lines)).hex()


def section_path(lines: Sequence[UsageLine], place: int) -> tuple[str, ...]:
    """The path from the line at that place to the root of its section, in hex."""
    return tuple(each.hex() for each in path_of(_texts(lines), place))


def _texts(lines: Sequence[UsageLine]) -> list[bytes]:
    return [
        f"{each.meter}\t{each.quantity}\t{each.events}\t{each.slabs}\t{each.root}".encode()
        for each in lines
    ]
