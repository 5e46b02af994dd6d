"""The formats of definitions, and the translation of each."""

from typing import Literal

from shared.definitions.a2a import read_a2a
from shared.definitions.claude import read_claude
from shared.definitions.crewai import read_crewai
from shared.definitions.drafts import Draft, draft_of
from shared.definitions.openai import read_openai
from shared.definitions.tools import Connectors
from shared.kit.parsing import refused

Format = Literal["claude", "crewai", "a2a", "openai"]
_BYTE_ORDER_MARK = "\ufeff"


def translate(
    format: Format, definition: str, connectors: Connectors, agent: str | None = None
) -> Draft:
    """The draft of a spec in version 2, whose assumptions name all that the definition leaves open.
    `agent` chooses one of several. Reads and stores nothing; the same arguments give the same
    draft. Raises Invalid for a definition that is not of the format, or too large for a spec."""
    definition = definition.removeprefix(_BYTE_ORDER_MARK)
    if format == "crewai":
        return draft_of(read_crewai(definition, connectors, agent))
    if agent is not None:
        raise refused(f"is for definitions of several agents; {format} defines one", "agent")
    if format == "claude":
        return draft_of(read_claude(definition, connectors))
    return draft_of(read_a2a(definition) if format == "a2a" else read_openai(definition))
