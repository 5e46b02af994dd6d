"""Proofs of lines of usage with their entries of the audit log: the one that closed the month, and
the one of the event that a line counts."""

from collections.abc import Collection

from shared.audit_log.proving import prove_event, prove_first
from shared.usage.closings import CLOSED, NOUN, section_name, section_path
from shared.usage.lines import closed_lines
from shared.usage.meters import BUILT_IN
from shared.usage.proofs import ClosingProof, UsageRootProof
from shared.usage.proving import prove

# The scope that opens the audit log.
READS_LOG = "audit:read"


def may_read_log(scopes: Collection[str]) -> bool:
    """Whether a token with these scopes may read the audit log."""
    return READS_LOG in scopes


async def prove_anchored(
    tenant_id: str,
    period: str,
    meter: str,
    section: int,
    event_id: str | None,
    slab: int | None = None,
    *,
    with_entry: bool,
) -> UsageRootProof:
    """The proof of a line as `prove` makes it, with the entry that closed its section and,
    `with_entry`, the entry of the event; each once a checkpoint covers it. An hour of files has no
    entry. A line of a declared meter has no closing entry, and its events have none, even where an
    event has the id of a receipt. Raises as `prove`, ChainBroken."""
    proof = await prove(tenant_id, period, meter, section, event_id, slab)
    entry = None
    if with_entry and event_id is not None and meter in BUILT_IN:
        entry = await prove_event(tenant_id, event_id)
    closing = await _closing(tenant_id, period, meter, section)
    return UsageRootProof.of(proof, entry, closing)


async def _closing(tenant_id: str, period: str, meter: str, section: int) -> ClosingProof | None:
    if meter not in BUILT_IN:
        return None
    closed = await closed_lines(tenant_id, period)
    lines = [each for each in closed if each.section == section and each.meter in BUILT_IN]
    places = [place for place, each in enumerate(lines) if each.meter == meter]
    if not places:
        return None
    subject = f"{NOUN}/{section_name(period, section)}"
    entry = await prove_first(tenant_id, CLOSED, subject)
    if entry is None:
        return None
    place, line = places[0], lines[places[0]]
    return ClosingProof(
        place=place,
        events=line.events,
        path=section_path(lines, place),
        entry=entry,
    )
