"""One call of a model: what it may cost is held, a provider is asked, what it did cost is charged,
and the answer is passed on."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Mapping

from starlette.background import BackgroundTask
from starlette.responses import Response

from functions.models.rules.call import Outcome
from functions.models.rules.costs import cost_of
from functions.models.rules.local_model import LOCAL
from functions.models.rules.model_request import PATHS, ModelRequest
from functions.models.rules.provider_answer import (
    LONGEST_EVENT,
    ProviderAnswer,
    events_in,
    is_only_usage,
)
from functions.models.rules.redaction import PLACEHOLDER, Redaction
from functions.models.rules.refusals import ProviderRefused, ProviderSilent
from functions.models.rules.restorer import Restorer
from functions.models.rules.route import ModelRoute
from functions.models.rules.wire_refusals import compact, provider_refusal, refusal_event
from functions.models.service import providers
from functions.models.service.absent import AbsentModel, Because, header_of
from functions.models.service.answers import (
    Answer,
    BrokenOff,
    Busy,
    NeverSent,
    NotHere,
    ProviderRequest,
)
from functions.models.service.held_call import HeldCall
from functions.models.service.keys import NOTHING_SHOWN, Shown, shown_to
from functions.models.service.prompts import prompted
from functions.models.service.providers import BUSY, OURS
from functions.models.service.redaction import redacted
from functions.models.service.reservation import RESTS, begin
from functions.models.service.settlement import end, tell_of
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.runtime.bodies import JSON
from shared.runtime.streams import Streamed

CALL_HEADER = "Assent-Model-Call"
CACHED_HEADER = "Assent-Model-Cached-From"
EVENT_STREAM = "text/event-stream"
_LONGEST_REFUSAL = 64 * 1024

_log = logging.getLogger(__name__)


async def call(caller: Caller, asked: ModelRequest, headers: Mapping[str, str]) -> Response:
    """The answer to the call, as it comes where it is streamed. Whatever happens, what was held is
    charged or freed once; where this process dies, by the sweep. Nobody is asked where the answer
    was kept. Raises as `begin`, ProviderSilent, ProviderRefused, Unavailable."""
    asked = await redacted(caller, await prompted(caller, asked))
    held = await begin(caller, asked, headers)
    if held.kept is not None:
        said = {CALL_HEADER: held.call.call_id, CACHED_HEADER: held.kept.call_id}
        return Response(held.kept.body, 200, said, media_type=JSON)
    under_way = _UnderWay(caller, asked, held)
    try:
        return await under_way.answer(headers)
    except BaseException:
        # Also where the process is being stopped.
        await asyncio.shield(asyncio.ensure_future(under_way.end_and_tell()))
        raise


class _UnderWay:
    """A call from its reservation to its settlement."""

    def __init__(self, caller: Caller, asked: ModelRequest, held: HeldCall) -> None:
        self._caller, self._asked, self._held = caller, asked, held
        self._provided = ProviderAnswer(asked.wire, held.bound)
        self._route = held.called
        self._shown = NOTHING_SHOWN
        self._is_refused = False
        self._has_ended = False
        self._restorer: Restorer | None = None
        self._settled: Change | None = None
        self._open: Answer | None = None
        self._absent: list[AbsentModel] = []

    async def answer(self, headers: Mapping[str, str]) -> Response:
        """The answer, or the beginning of one. Raises as `call`."""
        try:
            answer = await self._asked_provider(headers)
        except BrokenOff as error:
            raise providers.silent(self._route) from error
        if answer.status_code != 200:
            return await self._refused(answer)
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type == EVENT_STREAM and self._asked.is_streamed:
            streamed = Streamed(self._relayed(answer), media_type=EVENT_STREAM, headers=self._said)
            streamed.at_end(self.end_and_tell)
            return streamed
        try:
            body = await providers.whole(answer)
        except BrokenOff as error:
            raise providers.silent(self._route) from error
        if not self._provided.whole(body):
            raise ProviderSilent("the model's server answered something else than JSON")
        shown = self._shown.masked(self._restored(body))
        await self.end(shown)
        return self._answered(shown, 200, self._said)

    async def end(self, answer: bytes | None = None) -> None:
        """Charges the call once, keeps the whole `answer` where its route does, and leaves the
        provider alone."""
        if self._has_ended:
            return
        self._has_ended = True
        if self._open is not None:
            await self._open.aclose()
        self._settled = await end(self._caller, self._held, self._outcome(), answer)

    async def end_and_tell(self) -> None:
        """As `end`, and publishes that once."""
        await self.end()
        settled, self._settled = self._settled, None
        if settled is not None:
            await tell_of(self._caller, settled)

    def _answered(self, body: bytes, status: int, said: Mapping[str, str]) -> Response:
        """The whole answer. The program has it before the settlement is published."""
        told = BackgroundTask(self.end_and_tell)
        return Response(body, status, said, media_type=JSON, background=told)

    @property
    def _said(self) -> dict[str, str]:
        absent = header_of(self._absent, self._route.name)
        return {CALL_HEADER: self._held.call.call_id, **absent}

    def _outcome(self) -> Outcome:
        tokens = self._provided.tokens
        is_fallback = self._route.name != self._held.called.name
        return Outcome(
            tokens=None if self._is_refused else tokens,
            cost_usd_micros=None if tokens is None else cost_of(self._route.prices, tokens),
            answer_sha256=self._provided.answer_sha256 if self._provided.is_over else None,
            is_refused=self._is_refused,
            answered_by=self._route.name if is_fallback else None,
            model=self._route.model,
            credential=self._route.credential,
            redacted=self._redaction.count if self._redaction else None,
        )

    @property
    def _redaction(self) -> Redaction | None:
        return self._asked.redaction_for(self._route)

    def _restored(self, body: bytes) -> bytes:
        """A whole answer in JSON with what was redacted; as it came where none of that is in it."""
        redaction = self._redaction
        if redaction is None or not PLACEHOLDER.search(body.decode(errors="replace")):
            return body
        return compact(redaction.restored(json.loads(body)))

    async def _asked_provider(self, headers: Mapping[str, str]) -> Answer:
        """The first answer of those that may be asked; of the last whatever it is. Only one that
        did no work is followed by another."""
        routes = self._held.routes
        missing: list[NotHere] = []
        for route in routes:
            self._route = route
            try:
                answer = await self._sent(route, headers)
            except NotHere as error:
                missing.append(error)
                self._stands_aside("model_refused" if error.is_refused else "model_absent")
                continue
            except Busy:
                self._stands_aside("model_busy")
                self._failed()
                continue
            except NeverSent:
                self._failed()
                continue
            if answer.status_code in BUSY:
                self._failed()
            else:
                RESTS.answered(self._caller.tenant_id, route)
            if answer.status_code not in BUSY or route is routes[-1]:
                self._open = answer
                return answer
            if route.provider == LOCAL:
                # Its process answers so where the model does not do what its manifest says.
                self._stands_aside("model_refused")
            await answer.aclose()
        self._is_refused = True
        if len(missing) == len(routes):
            raise providers.not_here(routes[0], missing[0]) from missing[0]
        raise providers.silent(self._held.called)

    async def _sent(self, route: ModelRoute, headers: Mapping[str, str]) -> Answer:
        """The answer of one provider. Raises NeverSent, BrokenOff, Unavailable."""
        body = self._asked.for_provider(route, self._held.called)
        try:
            self._shown = await self._shown_to(route)
            said = {**headers, **self._shown.headers}
            request = ProviderRequest(PATHS[self._asked.wire], body, said)
            return await providers.ask(route, self._caller.tenant_id, request)
        except BrokenOff:
            self._failed()
            raise
        except Unavailable:
            # The key cannot be read now, so nothing was sent.
            self._is_refused = True
            raise

    def _stands_aside(self, because: Because) -> None:
        """Notes that a model of this machine did not take the call."""
        self._absent.append(AbsentModel(self._route.model, because))

    def _failed(self) -> None:
        RESTS.failed(self._caller.tenant_id, self._route, time.monotonic())

    async def _shown_to(self, route: ModelRoute) -> Shown:
        known = self._held.credentials.get(route.credential or "")
        return await shown_to(route, self._caller.tenant_id, known)

    async def _refused(self, answer: Answer) -> Response:
        """A refusal of the provider, as it says it. Raises ProviderRefused for one that is about
        us."""
        self._is_refused = True
        status = answer.status_code
        if status in OURS or 300 <= status < 400 or status < 300:
            named = f" to the credential {self._route.credential}" if self._route.credential else ""
            raise ProviderRefused(f"the provider of {self._route.name} answered {status}{named}")
        try:
            body = await providers.whole(answer, _LONGEST_REFUSAL)
        except BrokenOff:
            body = b""
        await self.end()
        known = {name.lower(): value for name, value in answer.headers.items()}
        passed = ("retry-after", "retry-after-ms", "x-should-retry")
        said = self._said | {name: known[name] for name in passed if name in known}
        shown = self._shown.masked(self._restored(provider_refusal(self._asked.wire, body, status)))
        return self._answered(shown, status, said)

    async def _relayed(self, answer: Answer) -> AsyncGenerator[bytes, None]:
        """The events as they come; the last one once the call is settled. A stream that ends before
        its last event ends in an error."""
        held, redaction = b"", self._redaction
        self._restorer = Restorer(self._asked.wire, redaction) if redaction else None
        try:
            async for part in providers.parts(answer):
                found, held = events_in(held + part)
                for raw in found:
                    if (event := self._heard(raw)) is None:
                        continue
                    if self._provided.is_over:
                        event = self._rest() + event
                        await self.end()
                    yield self._shown.masked(event)
                    if self._provided.is_over:
                        return
                if len(held) > LONGEST_EVENT:
                    break
        except BrokenOff:
            _log.warning("a provider broke off a stream: %s", self._held.call.call_id)
        await self.end()
        yield self._shown.masked(self._rest()) + self._broken()

    def _heard(self, raw: bytes) -> bytes | None:
        """The event, if the program is to see it."""
        said = self._provided.event(raw)
        hides = self._asked.wire == "chat.completions" and not self._asked.wants_usage
        if hides and is_only_usage(said):
            return None
        return self._restorer.restored(raw, said) if self._restorer else raw

    def _rest(self) -> bytes:
        return self._restorer.rest() if self._restorer else b""

    def _broken(self) -> bytes:
        return refusal_event(self._asked.wire, providers.silent(self._route))
