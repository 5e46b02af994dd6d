"""Lists versions of prompts. Those that were written before lists were asked by name are found too,
and get their name where queries look for it."""

from collections import OrderedDict

from functions.models.aggregates import PROMPTS, RUN
from functions.models.rules.prompt import Prompt
from shared.aggregates.reader import States
from shared.kit.callers import Caller
from shared.storage.batches import Batch, Document
from shared.storage.cursors import encode_cursor, is_document_id
from shared.storage.firestore import READ_AT_ONCE, TenantStore
from shared.storage.races import decide_again

NAME = "name"
# How many prompts this process remembers whose versions are all found by name.
MOST_KNOWN = 4_096
_named: "OrderedDict[tuple[str, str], None]" = OrderedDict()


async def list_prompts(
    caller: Caller, name: str | None, *, limit: int, cursor: str | None
) -> States[Prompt]:
    """A page of versions, newest first: of all prompts, or of one. At the end of one prompt's list
    its versions are read by their ids, once in a process: older versions than any in the list may
    lack the field that it is asked by. Raises Invalid for a cursor that no list gave,
    Unavailable."""
    page = await _page(caller, name, limit, cursor)
    if name is None or page.next_cursor is not None or (caller.tenant_id, name) in _named:
        return page
    found_more = await name_versions(caller.tenant_id, name)
    _named[caller.tenant_id, name] = None
    while len(_named) > MOST_KNOWN:
        _named.popitem(last=False)
    return await _page(caller, name, limit, cursor) if found_more else page


async def name_versions(tenant_id: str, name: str) -> bool:
    """Gives each version of the prompt that lacks it the field that lists are asked by; whether
    there was one. Any number of processes may do so at once. Raises Unavailable."""
    beginning = f"{name}@"
    if not is_document_id(beginning):
        return False
    store = TenantStore(tenant_id)
    found_more = False
    before = Document(PROMPTS.collection, beginning, tenant_id, {}, None)
    cursor: str | None = encode_cursor(before, ())
    while cursor is not None:
        after = cursor

        async def once(after: str = after) -> tuple[bool, str | None]:
            page = await store.find(PROMPTS.collection, limit=READ_AT_ONCE, cursor=after)
            versions = [each for each in page.items if each.id.startswith(beginning)]
            batch = Batch()
            for each in versions:
                if "state" in each.data and NAME not in each.data:
                    batch.merge(each.collection, each.id, {NAME: name}, each)
            if batch.writes:
                await store.commit(batch)
            is_over = len(versions) < len(page.items)
            return bool(batch.writes), None if is_over else page.next_cursor

        was_changed, cursor = await decide_again(once)
        found_more |= was_changed
    return found_more


async def _page(caller: Caller, name: str | None, limit: int, cursor: str | None) -> States[Prompt]:
    where = [(NAME, "==", name)] if name else []
    order = ("written_at",)
    return await RUN.page(caller, PROMPTS, where=where, order_by=order, limit=limit, cursor=cursor)
