"""Parses word lists, which are lines of words."""


def listed(line: str) -> frozenset[str]:
    """The words of a line."""
    return frozenset(line.split())
