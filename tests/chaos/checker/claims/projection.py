"""The governor's read model shows what the owners know."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant

_OF_A_CARD = ("status", "version", "decision_hash", "decided_by", "decided_at", "veto", "summary")
_OF_AN_AGENT = ("name", "status", "health", "version", "case_id")
_DOES_NOT_RUN = ("draft", "certified")


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
            if seen.get(field) != truth.get(field):
                yield f"{id} is shown with {field} {seen.get(field)}, not {truth.get(field)}"
