"""The calls of SCIM, each with the document that it is answered with."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from functions.identity.rules.directory import DirectoryEntry
from functions.identity.scim import messages
from functions.identity.scim.kinds import GROUPS, USERS, Kind
from functions.identity.service import directory
from functions.identity.settings import settings
from shared.kit.callers import Caller
from shared.kit.errors import NotFound

Sent = Mapping[str, Any]
Document = dict[str, Any]


class Calls(NamedTuple):
    """The calls about one kind. They raise DirectoryRefused for what does not follow SCIM, and what
    the directory raises."""

    kind: Kind

    async def show(self, caller: Caller, id: str, fields: Sent) -> Document:
        """The entry, with the attributes that `fields` asks for."""
        only = messages.only(fields)
        entry = await directory.show(caller, self.kind.aggregate, id)
        return messages.shown(self.kind, entry, _base(), only)

    async def find(self, caller: Caller, parameters: Sent) -> Document:
        """A page of the entries, or those that the filter names."""
        found = messages.asked_for(self.kind, parameters)
        if found.field is None:
            aggregate = self.kind.aggregate
            items, total = await directory.page(caller, aggregate, found.first, found.most)
            return messages.listed(self.kind, found, items, total, _base())
        held = await self.named(caller, found)
        page = held[found.first : found.first + found.most]
        return messages.listed(self.kind, found, page, len(held), _base())

    async def named(self, caller: Caller, found: messages.Found) -> list[DirectoryEntry]:
        """The entries that the filter names, and for which all of it holds."""
        assert found.field is not None
        named = await directory.find(caller, self.kind.aggregate, found.field, found.value)
        return [each for each in named if messages.matches(self.kind, found, each)]

    async def create(self, caller: Caller, body: Sent) -> Document:
        """The new entry."""
        entry = await self.kind.create(caller, messages.created(self.kind, body))
        return messages.shown(self.kind, entry, _base())

    async def replace(self, caller: Caller, id: str, body: Sent) -> Document:
        """The entry with exactly what was sent."""
        change = partial(messages.replaced, self.kind, body=body)
        return messages.shown(self.kind, await self.kind.change(caller, id, change), _base())

    async def patch(self, caller: Caller, id: str, body: Sent) -> Document:
        """The entry after the operations that were sent, all or none."""
        change = partial(messages.patched, self.kind, body=body)
        return messages.shown(self.kind, await self.kind.change(caller, id, change), _base())


class Server(NamedTuple):
    """Everything that a directory may ask."""

    users: Calls
    groups: Calls

    async def find_all(self, caller: Caller, parameters: Sent) -> Document:
        """People first, then groups, as if they were one list."""
        shown: list[tuple[Kind, DirectoryEntry]] = []
        total = 0
        for calls in self:
            kind = calls.kind
            found = messages.asked_for(kind, parameters)
            if found.field is not None:
                shown += [(kind, each) for each in await calls.named(caller, found)]
                total = len(shown)
                continue
            first, most = max(0, found.first - total), found.most - len(shown)
            items, number = await directory.page(caller, kind.aggregate, first, most)
            shown += [(kind, each) for each in items]
            total += number
        return messages.all_found(found, shown, total, _base())

    def describe(self) -> Document:
        """What of SCIM this server does."""
        return messages.provider_config()

    def discover(self, what: str, id: str | None = None) -> Document:
        """The resource types or the schemas, or the one of that id. Raises NotFound."""
        found = messages.discovered(what, id)
        if found is None:
            raise NotFound(f"there is none of that id; see /scim/v2/{what}")
        return found


SERVER = Server(Calls(USERS), Calls(GROUPS))


def _base() -> str:
    return f"{settings().origin}/scim/v2"
