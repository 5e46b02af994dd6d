"""Assent's API from Python: clients whose calls are generated from its description, and `guard`,
which asks for assent before a function runs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .async_client import AsyncAssent
    from .calls import OMITTED
    from .client import Assent
    from .credentials import Credential, Session, SignedOut
    from .errors import AssentError, Refused, StillWaiting, Unreachable, Unreadable
    from .generated import refusals
    from .guarding import guard
    from .questions import AlreadyUsed, AnotherContent, NotAssented, Pending, Receipt
    from .retrying import Retries

__all__ = [
    "Assent",
    "AsyncAssent",
    "Credential",
    "Session",
    "Retries",
    "OMITTED",
    "guard",
    "Receipt",
    "AssentError",
    "AlreadyUsed",
    "AnotherContent",
    "NotAssented",
    "Pending",
    "Refused",
    "refusals",
    "SignedOut",
    "StillWaiting",
    "Unreachable",
    "Unreadable",
]

# Each is imported when it is used: a command that prints its help needs none.
_PLACES = {
    "async_client": ("AsyncAssent",),
    "calls": ("OMITTED",),
    "client": ("Assent",),
    "credentials": ("Credential", "Session", "SignedOut"),
    "guarding": ("guard",),
    "questions": ("AlreadyUsed", "AnotherContent", "NotAssented", "Pending", "Receipt"),
    "errors": ("AssentError", "Refused", "StillWaiting", "Unreachable", "Unreadable"),
    "retrying": ("Retries",),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "refusals":
        return import_module(f"{__name__}.generated.refusals")
    if name in _PLACE_OF:
        return getattr(import_module(f"{__name__}.{_PLACE_OF[name]}"), name)
    raise AttributeError(f"{__name__} has no {name}")
