"""The governor's read model shows what the owners know."""

from collections.abc import Iterator
from typing import Any

from tests.chaos.checker.evidence import Json, Tenant

_OF_A_CARD = ("status", "version", "decision_hash", "decided_by", "decided_at", "veto", "summary")
_OF_AN_AGENT = ("name", "status", "health", "version", "case_id")
_DOES_NOT_RUN = ("draft", "certified")
_SEAL = "\ue000"
_ERASED = "[erased]"


def the_governor_sees_every_approval(tenant: Tenant) -> Iterator[str]:
    yield from _differences(tenant.shown, tenant.states("approvals"), _OF_A_CARD)


def the_governor_sees_every_agent(tenant: Tenant) -> Iterator[str]:
    known = {
        id: {**agent, "health": "unknown"} if agent["status"] in _DOES_NOT_RUN else agent
        for id, agent in tenant.states("agents").items()
    }
    yield from _differences(tenant.shown_agents, known, _OF_AN_AGENT)


def _differences(
    shown: dict[str, Json], known: dict[str, Json], fields: tuple[str, ...]
) -> Iterator[str]:
    for id in shown.keys() | known.keys():
        seen, truth = shown.get(id, {}), known.get(id, {})
        for field in fields:
            if not _agree(seen.get(field), truth.get(field)):
                yield f"{id} is shown with {field} {seen.get(field)}, not {truth.get(field)}"


def _agree(seen: Any, truth: Any) -> bool:
    """Whether both are the same; of a person's text the owner keeps the sealed one, and whoever may
    read it is shown it opened."""
    if isinstance(truth, str) and truth.startswith(_SEAL):
        return isinstance(seen, str) and bool(seen) and _SEAL not in seen and seen != _ERASED
    return bool(seen == truth)
