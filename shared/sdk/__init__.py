"""Assent's API from Python: clients whose calls are generated from its description, and `guard`,
which asks for assent before a function runs."""

from .async_client import AsyncAssent
from .calls import OMITTED
from .client import Assent
from .credentials import Credential, Session, SignedOut
from .generated import refusals
from .guarding import guard
from .questions import AlreadyUsed, AnotherContent, NotAssented, Pending, Receipt
from .refusals import AssentError, Refused, StillWaiting, Unreachable, Unreadable
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
