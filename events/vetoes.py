"""Vetoes: until when an automatic approval may be vetoed, and why somebody did."""

from typing import Literal

from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.personal import PersonalText


class VetoWindow(Data):
    """A veto that is received at or before `closes_at` reverses the approval. While the window
    `waits_for_device`, that is 72 hours after the assent; the first device that has the notice, at
    `delivered_at`, sets it once, to 24 hours later where that is earlier."""

    closes_at: Instant
    waits_for_device: bool = False
    delivered_at: Instant | None = None
    device_id: str | None = None


class VetoReason(Data):
    """Why somebody vetoed. `attachments` are texts that vetoes had before they took files."""

    category: Literal["constitutional", "safety", "budget", "other"]
    explanation: PersonalText
    attachments: tuple[PersonalText, ...] = ()
