"""Reconciles lines of usage on an invoice with our meter, to the cent, and proves them."""

import logging
from collections.abc import Mapping

from functions.billing.rules.charges import COUNTED_BY, UsageCharge, agree
from functions.billing.rules.invoice import Line
from functions.billing.rules.terms import Terms, limits_in
from shared.kit.errors import NotFound
from shared.usage.anchoring import prove_anchored
from shared.usage.lines import closed_lines, lines_closed_in
from shared.usage.proofs import UsageLine, UsageRootProof

ClosedLines = Mapping[str, tuple[UsageLine, ...]]
_LOGGER = logging.getLogger(__name__)


async def reconcile(
    tenant_id: str, terms: tuple[Terms, ...], lines: tuple[Line, ...]
) -> tuple[Line, ...]:
    """The lines; `agrees` of a line of usage says whether its charge is what our meter counted.
    Logs each line that does not agree. Reads nothing where no line is of usage. Raises
    Unavailable."""
    periods = {each.usage.period for each in lines if each.usage is not None}
    closed = await lines_closed_in(tenant_id, sorted(periods))
    seen: set[str] = set()
    return tuple(_reconciled(each, terms, closed, seen) for each in lines)


async def proofs_of(
    tenant_id: str, charge: UsageCharge, event: str | None, *, with_entry: bool
) -> tuple[UsageRootProof, ...]:
    """The proofs of the lines that the charge is for: of its own section, where each also proves
    the event if it counts it, and of the sections before. Raises NotFound where no line of the
    section counts the event, and as `prove_anchored`."""
    meters = COUNTED_BY[charge.meter]
    proofs = []
    for line in await closed_lines(tenant_id, charge.period):
        if line.meter not in meters or line.section > charge.section:
            continue
        sought = event if line.section == charge.section else None
        proofs.append(await _proof(tenant_id, line, sought, with_entry=with_entry))
    if event is not None and all(each.event is None for each in proofs):
        raise NotFound(f"this line does not count {event}")
    return tuple(proofs)


async def _proof(
    tenant_id: str, line: UsageLine, event: str | None, *, with_entry: bool
) -> UsageRootProof:
    about = (tenant_id, line.period, line.meter, line.section)
    try:
        return await prove_anchored(*about, event, with_entry=with_entry)
    except NotFound:
        if event is None:
            raise
        return await prove_anchored(*about, None, with_entry=with_entry)


def _reconciled(line: Line, terms: tuple[Terms, ...], closed: ClosedLines, seen: set[str]) -> Line:
    if line.usage is None:
        return line
    limits = dict(limits_in(terms, line.usage.period) or {})
    agrees = line.usage.key not in seen and agree(line.usage, limits, closed[line.usage.period])
    seen.add(line.usage.key)
    if not agrees:
        text = "the line %s of an invoice is not what was counted"
        _LOGGER.error(text, line.line_id, extra={"fields": {"unreconciled_line": line.line_id}})
    return line.but(agrees=agrees)
