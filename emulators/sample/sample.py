"""Where the sample tenant stands, which of its first tasks are done, and which of its documents can
be asked."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any, Literal

import httpx

from emulators.failures import PlatformError
from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import NoSample
from emulators.sample import guides, making
from emulators.sample.making import Made
from emulators.sample.people import PEOPLE, Name, cookie_of
from shared.kit.models import Model

# An answer that is none, too: the platform goes on without its sample.
_REFUSED = (PlatformError, httpx.HTTPError, LookupError, ValueError)
# A busy machine may answer late while all functions start.
_PAUSES_SECONDS = (2.0, 5.0, 10.0)
Phase = Literal["absent", "making", "ready", "failed", "removing", "removed"]


class SavedSample(Model):
    """What a later platform has to know of it; the tenant itself is in the databases."""

    is_removed: bool = False
    has_asked_why: bool = False
    guides_read: int = 0


class Sample:
    """The sample of one platform. `in_background` runs the making until the platform stops."""

    def __init__(
        self,
        saved: SavedSample | None,
        in_background: Callable[[Coroutine[Any, Any, None]], None],
        report: Callable[[str], None],
    ) -> None:
        saved = saved or SavedSample()
        self.url = ""
        self.phase: Phase = "removed" if saved.is_removed else "absent"
        self._has_asked_why = saved.has_asked_why
        self._guides_read = saved.guides_read
        self._is_adding_guides = False
        self._in_background = in_background
        self._report = report
        self._made: Made | None = None
        self._why_not = ""
        self._is_shut = False

    def save(self) -> SavedSample:
        is_removed = self.phase in ("removing", "removed")
        return SavedSample(
            is_removed=is_removed,
            has_asked_why=self._has_asked_why,
            guides_read=self._guides_read,
        )

    def begin(self) -> None:
        """Makes the sample in the background, unless somebody removed it before."""
        if self.phase != "removed":
            self.make()

    def shut(self) -> None:
        """What fails from now on fails because the platform stops."""
        self._is_shut = True

    def make(self) -> None:
        """Makes the sample in the background, or finishes it."""
        if self.phase in ("absent", "failed", "removed"):
            if self.phase == "removed":
                self._has_asked_why, self._guides_read = False, 0
            self.phase = "making"
            self._in_background(self._make())

    def remove(self) -> None:
        """Closes the sample tenant in the background. Raises NoSample while it is made."""
        if self.phase == "making":
            raise NoSample("the sample tenant is being made: remove it in a moment")
        if self.phase in ("ready", "failed"):
            self.phase = "removing"
            self._in_background(self._remove())

    async def enter(self, name: Name) -> tuple[dict[str, Any], str]:
        """The tenant for the person's browser, and the header that gives it a session; adds the
        guides in the background, which nobody needs before. Raises NoSample where there is no
        sample, PlatformError where the sign-in fails."""
        made = self._made
        if made is None:
            raise NoSample("there is no sample tenant yet: wait until it is made, or make it")
        cookie = await asyncio.to_thread(cookie_of, PEOPLE[name], self.url)
        self.begin_guides()
        return {"person": name, "tenant_id": made.tenant_id}, cookie

    def begin_guides(self) -> None:
        """Adds the guides in the background, or those that are missing, where there is a sample."""
        if self._made is not None and not self._is_adding_guides and guides.guides():
            self._is_adding_guides = True
            self._in_background(self._add_guides(self._made))

    def saw(self, call: Call, answer: Answer) -> None:
        """Notices whether somebody read the story of the live agent."""
        made = self._made
        if made is None or call.method != "GET" or answer.status != 200:
            return
        if made.story in call.target or made.agent_id in call.target:
            self._has_asked_why = True

    def shown(self) -> dict[str, Any]:
        """What the start page shows."""
        made = asdict(self._made) if self._made else None
        return {
            "phase": self.phase,
            "why_not": self._why_not,
            "made": made,
            "has_asked_why": self._has_asked_why,
            "guides": {
                "question": guides.QUESTION,
                "read": self._guides_read,
                "of": len(guides.guides()),
            },
        }

    def stands(self, made: Made) -> None:
        """From now on people can be somebody of it."""
        self._made, self.phase, self._why_not = made, "ready", ""

    async def _make(self) -> None:
        for pause in (*_PAUSES_SECONDS, None):
            try:
                self.stands(await asyncio.to_thread(making.make, self.url))
                return
            except _REFUSED as error:
                if pause is None or self._is_shut:
                    self._failed("be made", error)
                    return
            await asyncio.sleep(pause)

    async def _add_guides(self, made: Made) -> None:
        def goes_on() -> bool:
            return self._made is made and self.phase == "ready" and not self._is_shut

        def read(count: int) -> None:
            self._guides_read = count

        try:
            await asyncio.to_thread(guides.add, self.url, made.tenant_id, goes_on, read)
        except _REFUSED as error:
            if goes_on():
                why = str(error)[:500]
                self._report(f"Guides could not be added to the sample tenant: {why}")
        finally:
            self._is_adding_guides = False

    async def _remove(self) -> None:
        try:
            await asyncio.to_thread(making.remove, self.url)
            self.phase, self._made, self._why_not = "removed", None, ""
        except _REFUSED as error:
            self._failed("be removed", error)

    def _failed(self, what: str, error: Exception) -> None:
        self.phase, self._why_not = "failed", str(error)[:500]
        if not self._is_shut:
            self._report(f"The sample tenant could not {what}: {self._why_not}")
