"""The closed sections of a tenant's months of usage, as events record them in the audit log.
Pure."""

from collections import defaultdict
from collections.abc import Iterable

from events.usage_months import ClosedUsage, UsageMonthClosed, UsageMonthState
from shared.kit.transitions import Transition
from shared.usage.closings import section_name, section_root
from shared.usage.meters import BUILT_IN
from shared.usage.proofs import UsageLine


def id_of(month: UsageMonthState) -> str:
    """The id of a section, as `2026-10.1`."""
    return section_name(month.period, month.section)


def closed_sections(lines: Iterable[UsageLine]) -> tuple[UsageMonthState, ...]:
    """The closed sections among these lines of a month, in their order, each with the lines of the
    meters that Assent counts. Lines of declared meters are made later, when somebody reads them."""
    sections = defaultdict[int, list[UsageLine]](list)
    for each in lines:
        if each.closed_at is not None and each.meter in BUILT_IN:
            sections[each.section].append(each)
    return tuple(_section(some) for _, some in sorted(sections.items()))


def record(
    known: UsageMonthState | None, closed: UsageMonthState
) -> tuple[Transition[UsageMonthState], ...]:
    """The event of a closed section, once; nothing where the section is known already."""
    return (Transition(closed, UsageMonthClosed),) if known is None else ()


def _section(lines: list[UsageLine]) -> UsageMonthState:
    first, closed_at = lines[0], lines[0].closed_at
    assert closed_at is not None
    return UsageMonthState(
        period=first.period,
        section=first.section,
        closed_at=closed_at,
        size=len(lines),
        root=section_root(lines),
        lines=tuple(
            ClosedUsage(
                meter=each.meter,
                quantity=each.quantity,
                events=each.events,
                slabs=each.slabs,
                root=each.root,
            )
            for each in lines
        ),
    )
