"""The contents that an approval names by their hashes, and what people are shown of them."""

from typing import Any

from pydantic import JsonValue

from events.approvals import Match
from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Data


class Assessment(Data):
    """What the requester and the rules say about a request, apart from its content."""

    risk_reasons: tuple[str, ...] = ()
    rollback_plan: str = ""
    matches: tuple[Match, ...] = ()


class Dossier(Data):
    """All that a decision needs beside the card; `content` is exactly what `decision_hash` covers.
    What was erased is null, and `erased_at` is when the first part was."""

    content: JsonValue = None
    evidence: tuple[JsonValue, ...] | None = None
    risk_reasons: tuple[str, ...] | None = None
    rollback_plan: str | None = None
    matches: tuple[Match, ...] | None = None
    erased_at: Instant | None = None


def open_dossier(
    contents: Contents, *, content: str, evidence: str, assessment: str
) -> dict[str, Any]:
    """The fields of a `Dossier`, from the contents with these hashes. Raises ContentInvalid where
    one was never stored."""
    shown, assessed = contents.shown(evidence), contents.shown(assessment)
    said = Assessment.model_validate(assessed) if assessed is not None else None
    return {
        "content": contents.shown(content),
        "evidence": tuple(shown) if shown is not None else None,
        "risk_reasons": said.risk_reasons if said else None,
        "rollback_plan": said.rollback_plan if said else None,
        "matches": said.matches if said else None,
        "erased_at": contents.erased_at(content, evidence, assessment),
    }
