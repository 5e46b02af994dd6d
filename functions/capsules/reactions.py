"""Nothing happens here by itself but the sweep."""

from functions.capsules.aggregates import RUN

__all__ = ["HANDLERS", "RUN"]

HANDLERS: dict[str, object] = {}
