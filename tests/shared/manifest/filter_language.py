"""The language of Pub/Sub's filters, as far as ours use it."""

import re
from collections.abc import Callable


def as_read_by_pub_sub(text: str) -> Callable[[str], bool]:
    """Pub/Sub's own language as far as we use it
    (https://cloud.google.com/pubsub/docs/subscription-message-filter): AND beside OR only in
    parentheses, NOT before one term."""
    if not text:
        return lambda _: True
    # What is about one noun: the types follow, in parentheses where they are several clauses.
    about = re.match(r'attributes\.ce-about="[a-z_]+" AND ', text)
    if about is not None:
        rest = text[about.end() :]
        return as_read_by_pub_sub(rest[1:-1] if rest.startswith("(") else rest)
    term = r'(?:NOT )?hasPrefix\(attributes\.ce-type,"([a-z_.]+)"\)'
    clause = rf"{term}(?: AND {term})*"
    assert re.fullmatch(rf"{clause}|(?:{term}|\({clause}\))(?: OR (?:{term}|\({clause}\)))*", text)
    python = re.sub(r"hasPrefix\(attributes\.ce-type,", "event_type.startswith(", text)
    python = python.replace(" OR ", " or ").replace(" AND ", " and ").replace("NOT ", "not ")
    return lambda event_type: bool(eval(python, {"event_type": event_type}))
