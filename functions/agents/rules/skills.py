"""The catalogue of skills that agents use."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from shared.kit.errors import FieldError
from shared.kit.models import Model
from shared.kit.parsing import refused_cursor


class Skill(Model):
    """One small, idempotent ability. `reads`: it works on sources. A withdrawn skill stays in the
    catalogue for the agents that used it, but no new spec may name it."""

    name: str
    version: str
    summary: str
    reads: bool
    status: Literal["available", "withdrawn"] = "available"


Catalogue = Mapping[str, Skill]


def _catalogue(*skills: tuple[str, str, bool]) -> Catalogue:
    return {
        name: Skill(name=name, version="1.0.0", summary=summary, reads=reads)
        for name, summary, reads in skills
    }


CATALOGUE: Catalogue = _catalogue(
    ("classify", "Puts an item into one of given classes, and says why.", False),
    ("compare", "Sets two or more items side by side and names the differences.", False),
    ("draft", "Writes a text from given material, in a given form and tone.", False),
    ("extract", "Takes named fields out of a document, each with its place.", False),
    ("fact-check", "Holds each claim of a text against sources and cites them.", True),
    ("forecast", "Projects a series, with the range it may lie in.", True),
    ("monitor", "Watches a source and reports what crosses a given line.", True),
    ("notify", "Hands a given message to a named channel.", False),
    ("reconcile", "Matches two sets of records and lists what does not agree.", True),
    ("research", "Finds sources on a question and quotes what they say.", True),
    ("schedule", "Proposes times that suit given calendars and rules.", True),
    ("summarize", "Shortens a text and keeps what matters.", False),
    ("transcribe", "Turns speech into text with times.", False),
    ("translate", "Says a text in another language, and marks what it is unsure of.", False),
)


def list_skills(limit: int, cursor: str | None) -> tuple[tuple[Skill, ...], str | None]:
    """Up to `limit` skills by name, after the one that `cursor` names, and the cursor of the next
    page. Raises Invalid for a cursor that no list gave."""
    if cursor is not None and cursor not in CATALOGUE:
        raise refused_cursor()
    names = [name for name in sorted(CATALOGUE) if cursor is None or name > cursor]
    page = tuple(CATALOGUE[name] for name in names[:limit])
    return page, page[-1].name if len(names) > limit else None


def unknown_skills(names: Iterable[str], catalogue: Catalogue = CATALOGUE) -> Iterator[FieldError]:
    """One error for each name that the catalogue does not offer."""
    for index, name in enumerate(names):
        skill = catalogue.get(name)
        if skill is None:
            yield FieldError(f"skills.{index}", f'"{name[:60]}" is not in the catalogue of skills')
        elif skill.status == "withdrawn":
            yield FieldError(f"skills.{index}", f'"{name}" was withdrawn')
