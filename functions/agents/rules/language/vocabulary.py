"""Word lists as they are read: one line of words."""


def listed(line: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(line.split())
