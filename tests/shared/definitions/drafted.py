"""Drafts as the service makes them, and what holds for each."""

from typing import Any

from events.specs import Spec
from functions.agents.rules.rights import Powers
from functions.agents.service.imports import draft_spec
from functions.agents.views import DraftView
from shared.definitions import Format
from shared.kit.plain_text import refuse_odd_text

UNKNOWN = "pay"


def drafted(format: Format, definition: str, agent: str | None = None) -> DraftView:
    """The draft, of which everything is checked that holds for every draft."""
    draft = draft_spec(format, definition, agent)
    assert_sound(draft)
    return draft


def assert_sound(draft: DraftView) -> None:
    powers = Powers(Spec.model_validate(draft.spec))
    refuse_odd_text(draft.spec)
    marked = {each.path for each in draft.assumptions}
    for each in draft.assumptions:
        assert at(draft, each.path) == each.value
        assert each.why
    for ref, deed in powers.deeds.items():
        assert deed.effect == deed.declared, "a connector confirms what nobody mapped to it"
        assert f"{deed.path}/effect" in marked
        assert (ref in powers.alone) != (ref in powers.with_approval)
        if ref in powers.alone:
            assert deed.effect in ("read", "draft")
    for index, access in enumerate(powers.spec.data_access):
        assert access.classification == "restricted"
        assert f"/data_access/{index}" in marked
    touched = {source for deed in powers.deeds.values() for source in deed.sources}
    assert touched.issuperset(powers.spec.sources)


def at(draft: DraftView, path: str) -> Any:
    place: Any = draft.spec
    for name in path.split("/")[1:]:
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place


def effects(draft: DraftView) -> dict[str, str]:
    """By `system/operation`."""
    spec = Spec.model_validate(draft.spec)
    return {f"{s.name}/{o.name}": o.effect for s in spec.systems for o in s.operations}


def why(draft: DraftView, path: str) -> str:
    """Why a value was assumed."""
    return "; ".join(each.why for each in draft.assumptions if each.path == path)
