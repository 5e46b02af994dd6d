"""How much a tenant may publish."""

from collections.abc import Sequence

from shared.policy.sources import Source, read_policies

# What one document holds, and what every process prepares and decides by.
MOST_PUBLISHED_BYTES, MOST_PUBLISHED = 262_144, 500


def fits(sources: Sequence[Source]) -> bool:
    """Whether the document of what is published can hold the sources."""
    return _size(sources) <= MOST_PUBLISHED_BYTES


def beyond_room(sources: Sequence[Source]) -> str | None:
    """What is too much where a tenant would publish more than is taken. Raises PolicyInvalid for a
    source that Cedar cannot read."""
    number = sum(len(read_policies(each)) for each in sources)
    if number > MOST_PUBLISHED:
        return f"with it the tenant would publish {number} policies; it may {MOST_PUBLISHED}"
    if not fits(sources):
        size = _size(sources)
        return (
            f"with it the tenant would publish {size} bytes; at most {MOST_PUBLISHED_BYTES} are "
            "taken"
        )
    return None


def _size(sources: Sequence[Source]) -> int:
    return sum(len(each.text.encode()) for each in sources)
