"""Whether a question is one of permission. Pure."""

# As near as that to a passage of the constitution, a question is about what is allowed: measured on
# questions of both kinds (`make bench FIGURE=knowledge`).
NEAREST = 0.36


def asks_permission(similarities: list[float]) -> bool:
    """Whether a question as similar as these to passages of the constitution goes there first."""
    return max(similarities, default=0.0) >= NEAREST


def share_of_constitution(limit: int) -> int:
    """How many passages of an answer the constitution has at most, where others have some too."""
    return max(1, limit // 2)
