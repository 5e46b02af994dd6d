"""Conditions of a request (RFC 9110, 13)."""


def names(condition: str, etag: str) -> bool:
    """Whether an `If-None-Match` names the tag, which is compared weakly: a proxy may have made our
    tag weak."""
    candidates = [each.strip().removeprefix("W/") for each in condition.split(",")]
    return etag in candidates or candidates == ["*"]
