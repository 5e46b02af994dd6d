"""A call for which all that it may cost is held."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from events.credentials import Credential
from functions.models.rules.call import ModelCall
from functions.models.rules.costs import Bound
from functions.models.rules.route import ModelRoute
from functions.models.service.cache import Kept
from shared.storage.batches import Document


class HeldCall(NamedTuple):
    """A call for which all that it may cost is held: the route that was `called`, and those that
    may be asked, in their order."""

    call: ModelCall
    called: ModelRoute
    routes: tuple[ModelRoute, ...]
    bound: Bound
    # The tenant's own that the routes name.
    credentials: Mapping[str, Credential]
    # What its answer is kept as, where it is kept.
    name: str | None = None
    # What was kept of an earlier call: nobody is asked.
    kept: Kept | None = None
    # What its commit wrote.
    written: Mapping[tuple[str, str], Document] = MappingProxyType({})
