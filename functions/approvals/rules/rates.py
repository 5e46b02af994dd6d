"""Rates of precedents: how often they match, and how often people veto them."""


def rate(part: int, whole: int) -> float:
    """The share `part` / `whole`, from 0.0 to 1.0, to four places; 0.0 where `whole` is 0."""
    return round(min(part / whole, 1.0), 4) if whole > 0 else 0.0
