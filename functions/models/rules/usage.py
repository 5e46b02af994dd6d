"""What a call used, as its provider says; None where that cannot be so."""

from collections.abc import Mapping
from typing import Any

from events.models import Tokens
from functions.models.rules.costs import Bound


def tokens_of_openai(usage: Any, bound: Bound, *, has_output: bool) -> Tokens | None:
    """The four counts of a `usage` on OpenAI's wire, whose prompt tokens include the cached."""
    if not isinstance(usage, Mapping):
        return None
    said_in, said_out = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    details = usage.get("prompt_tokens_details")
    cached = _count(details, "cached_tokens") if isinstance(details, Mapping) else 0
    if said_in is None or said_out is None or cached is None or cached > said_in:
        return None
    tokens = Tokens(tokens_in=said_in - cached, tokens_out=said_out, tokens_cached_read=cached)
    return _credible(tokens, bound, has_output=has_output)


def tokens_of_anthropic(usage: Any, bound: Bound, *, has_output: bool) -> Tokens | None:
    """The four counts of a `usage` on Anthropic's wire, whose input tokens exclude the cached."""
    if not isinstance(usage, Mapping):
        return None
    counts = [
        _count(usage, name)
        for name in (
            *("input_tokens", "output_tokens"),
            *("cache_read_input_tokens", "cache_creation_input_tokens"),
        )
    ]
    said_in, said_out, read, written = counts
    if said_in is None or said_out is None or read is None or written is None:
        return None
    tokens = Tokens(
        tokens_in=said_in,
        tokens_out=said_out,
        tokens_cached_read=read,
        tokens_cached_write=written,
    )
    return _credible(tokens, bound, has_output=has_output)


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    """A count; 0 where the field is missing, None where it has no count."""
    said = usage.get(name)
    if said is None:
        return 0
    return said if type(said) is int and said >= 0 else None


def _credible(tokens: Tokens, bound: Bound, *, has_output: bool) -> Tokens | None:
    """None for what was not possible: more than the bound, nothing read, or nothing written where
    there is something to read."""
    read = tokens.tokens_in + tokens.tokens_cached_read + tokens.tokens_cached_write
    if not 0 < read <= bound.tokens_in or tokens.tokens_out > bound.tokens_out:
        return None
    if has_output and not tokens.tokens_out:
        return None
    return tokens
