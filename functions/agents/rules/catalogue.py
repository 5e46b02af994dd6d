"""The skills of the catalogue that a caller lists and a spec may name."""

from collections.abc import Iterable

from events.catalogue import CATALOGUE, Catalogue, Skill
from shared.kit.errors import FieldError, Invalid
from shared.kit.parsing import refused_cursor


def list_skills(limit: int, cursor: str | None) -> tuple[tuple[Skill, ...], str | None]:
    """Up to `limit` skills by name, after the one that `cursor` names, and the cursor of the next
    page. Raises Invalid for a cursor that no list gave."""
    if cursor is not None and cursor not in CATALOGUE:
        raise refused_cursor()
    names = [name for name in sorted(CATALOGUE) if cursor is None or name > cursor]
    page = tuple(CATALOGUE[name] for name in names[:limit])
    return page, page[-1].name if len(names) > limit else None


def refuse_unknown_skills(names: Iterable[str], catalogue: Catalogue = CATALOGUE) -> None:
    """Raises Invalid, with an error for each name that the catalogue does not offer."""
    errors = []
    for index, name in enumerate(names):
        skill = catalogue.get(name)
        if skill is None:
            known = f'"{name[:60]}" is not in the catalogue of skills'
            errors.append(FieldError(f"skills.{index}", known))
        elif skill.status == "withdrawn":
            errors.append(FieldError(f"skills.{index}", f'"{name}" was withdrawn'))
    if errors:
        raise Invalid(*errors)
