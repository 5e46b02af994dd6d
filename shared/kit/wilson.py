"""How sure a share is that was observed a number of times."""

from math import sqrt

# One-sided 95 %.
_Z = 1.6448536269514722


def lower_bound(successes: int, tries: int) -> float:
    """The least share that these observations leave likely: Wilson's one-sided 95 % bound, from 0
    to 1; 0 for no tries. Source: E. B. Wilson, JASA 22 (1927), 209-212."""
    if tries == 0:
        return 0.0
    share, square = successes / tries, _Z * _Z
    middle = share + square / (2 * tries)
    width = _Z * sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    return max(0.0, (middle - width) / (1 + square / tries))


def fewest_unbroken(least: float) -> int:
    """How many successes without a failure show a share of at least `least`, which is under 1."""
    tries = 1
    while lower_bound(tries, tries) < least:
        tries += 1
    return tries
