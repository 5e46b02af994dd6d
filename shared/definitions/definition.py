"""What the formats have in common: all that a draft is made of."""

from dataclasses import dataclass

from shared.definitions.tools import Tool

# As many as a spec has.
MOST_OPERATIONS = 300


@dataclass(frozen=True)
class Definition:
    """A definition in the words of its author. `denied` are tools that it rules out, `notes` paths
    of the draft with what had to be assumed there, `ignored` the fields that the draft leaves
    out."""

    name: str
    purpose: str = ""
    instructions: str = ""
    work: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    denied: tuple[Tool, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
