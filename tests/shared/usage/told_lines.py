"""Lines of events from outside, as whoever has the events makes them."""

from collections.abc import Sequence

from shared.usage.outside import OutsideEvent
from shared.usage.slabs import MOST_EVENTS, Total, line_root, root_of, slab_line


def root_of_line(tenant: str, period: str, events: Sequence[OutsideEvent], section: int = 1) -> str:
    """The root of the line of these events in a section of a month, in their order."""
    lines = []
    for number, first in enumerate(range(0, len(events), MOST_EVENTS), 1):
        some = events[first : first + MOST_EVENTS]
        total = Total(sum(each.quantity for each in some), len(some))
        root = root_of([each.line.encode() for each in some])
        lines.append(slab_line(number, some[0].meter, total, root))
    return line_root(tenant, period, section, lines).hex()
