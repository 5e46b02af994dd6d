"""Columns of a statement as one text each, which the driver writes faster than an array. Pure."""

from collections.abc import Iterable


def as_column(values: Iterable[object]) -> str:
    """The values, with a tabulator before each; none of them has one."""
    return "\t".join(("", *map(str, values)))


def as_lines(texts: Iterable[str]) -> str:
    """The texts, each a line of its own with its end before it; none of them has one."""
    return "\n".join(("", *texts))


def as_array(values: Iterable[object]) -> str:
    """The values as PostgreSQL reads an array of numbers, or of hexadecimal text."""
    return f"{{{','.join(map(str, values))}}}"


def unpacked_column(name: str) -> str:
    """The SQL that makes an array of texts of the parameter of that name."""
    return f"(string_to_array(%({name})s, E'\\t'))[2:]"


def unnested(names: Iterable[str]) -> str:
    """The SQL that makes rows of texts of the parameters of these names: in a SELECT's list they
    are made one by one, and in FROM they would all be kept first."""
    return ", ".join(f"unnest({unpacked_column(each)})" for each in names)


def unnested_lines(names: Iterable[str]) -> str:
    """As `unnested`, of parameters that `as_lines` made."""
    return ", ".join(f"unnest((string_to_array(%({each})s, E'\\n'))[2:])" for each in names)
