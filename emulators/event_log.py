"""Reads the event log over the Firestore emulator's REST API: without a client or injected
faults."""

import json
from typing import Any
from urllib.parse import quote

import aiohttp

from emulators.firestore import OWNER
from emulators.iam import PROJECT
from shared.kit.errors import FieldError, Invalid, Unavailable

_COLLECTION = "events"
_ORDER = ("committed_at", "position", "id")
_HIDDEN = {"unpublished", "sweep_at", "sweeps", "committed_at", "position", "data"}


class EventLog:
    """Returns events in the order of commit."""

    def __init__(self, firestore: str, http: aiohttp.ClientSession) -> None:
        documents = f"projects/{PROJECT}/databases/(default)/documents"
        self._documents = f"http://{firestore}/v1/{documents}"
        self._http = http

    async def anything_unpublished(self) -> bool:
        """Whether the log has a committed event that may be unpublished."""
        where = _equal("unpublished", {"booleanValue": True})
        return bool(await self._run({"where": where, "limit": 1}))

    async def events(
        self,
        *,
        after: str | None,
        type: str | None,
        subject: str | None,
        tenant: str | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Envelopes with their data. Raises Invalid where `after` names no event."""
        filters = [
            _equal(field, {"stringValue": value})
            for field, value in (("type", type), ("subject", subject))
            if value
        ]
        query: dict[str, Any] = {
            "limit": limit,
            "orderBy": [{"field": {"fieldPath": field}} for field in _ORDER],
        }
        if filters:
            query["where"] = {"compositeFilter": {"op": "AND", "filters": filters}}
        if after:
            query["startAt"] = {"values": await self._place_of(after, tenant), "before": False}
        return [_as_event(fields) for fields in await self._run(query, tenant)]

    async def _place_of(self, event_id: str, tenant: str | None) -> list[dict[str, Any]]:
        where = _equal("id", {"stringValue": event_id})
        found = await self._run({"where": where, "limit": 1}, tenant)
        if not found:
            raise Invalid(FieldError("after", f"there is no event {event_id}"))
        return [found[0][field] for field in _ORDER]

    async def _run(self, query: dict[str, Any], tenant: str | None = None) -> list[dict[str, Any]]:
        """Of one tenant it reads no other's documents; of all it reads each."""
        of = [{"collectionId": _COLLECTION, "allDescendants": tenant is None}]
        below = "" if tenant is None else f"/tenants/{quote(tenant, safe='')}"
        url, body = f"{self._documents}{below}:runQuery", {"structuredQuery": {"from": of, **query}}
        try:
            async with self._http.post(url, json=body, headers=OWNER) as answer:
                rows = await answer.json(content_type=None)
        except aiohttp.ClientError as error:
            raise Unavailable("the Firestore emulator does not answer") from error
        if answer.status != 200:
            raise Unavailable(f"the Firestore emulator refused the query: {rows}")
        return [row["document"]["fields"] for row in rows if "document" in row]


def _equal(field: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"fieldFilter": {"field": {"fieldPath": field}, "op": "EQUAL", "value": value}}


def _as_event(fields: dict[str, Any]) -> dict[str, Any]:
    event = {name: _plain(value) for name, value in fields.items() if name not in _HIDDEN}
    data = json.loads(_plain(fields["data"]))
    return {**event, "datacontenttype": "application/json", "data": data}


def _plain(value: dict[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    return int(content) if kind == "integerValue" else content
