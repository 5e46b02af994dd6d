"""Answers `/_platform/*`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import ValidationError

from emulators.clock import VirtualClock
from emulators.control.bodies import (
    Advance,
    Entering,
    EventQuery,
    FaultRequest,
    MailQuery,
    Nothing,
    TokenRequest,
    Wait,
)
from emulators.control.faults import FaultControl
from emulators.event_log import EventLog
from emulators.functions.fleet import Fleet
from emulators.gateway.loopback import check_caller
from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import NotIdle, invalid, json_answer
from emulators.idle import Idle
from emulators.issuer import Issuer
from emulators.operations import Operations, priced
from emulators.sample.pages import page_at
from emulators.sample.sample import Sample
from emulators.time_travel import TimeTravel
from shared.kit.errors import MethodNotAllowed, NotFound
from shared.kit.instants import format_instant
from shared.kit.models import Model
from shared.kit.parsing import parse_json, refuse_misspelt, refuse_unknown, refused
from shared.kit.plain_text import refuse_odd_text
from shared.kit.pricing import load_prices

PREFIX = "/_platform/"
# Sweeps run every two minutes, and leave entries younger than half a minute to their own request.
_SWEPT = "; a sweep publishes it within 150 s of the platform's clock, which can be advanced"

M = TypeVar("M", bound=Model)
Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(kw_only=True, eq=False)
class Control:
    """One method per call of the contract."""

    issuer: Issuer
    clock: VirtualClock
    travel: TimeTravel
    idle: Idle
    log: EventLog
    operations: Operations
    faults: FaultControl
    fleet: Fleet
    sample: Sample
    emulators: Callable[[], Awaitable[dict[str, bool]]]
    # Where the scripted model takes its scripts; empty where there is none.
    model: str = ""
    # Where the server of counters, ledgers, articles and mail is; empty where there is none.
    targets: str = ""
    # What was received with that in its subject; None where nothing receives mail.
    mail: Callable[[str], Awaitable[Any]] | None = None

    def __post_init__(self) -> None:
        self._routes: dict[str, dict[str, Handler]] = {
            "health": {"GET": self._health},
            "token": {"POST": self._token},
            "clock": {"GET": self._time},
            "clock/advance": {"POST": self._advance},
            "idle": {"GET": self._wait},
            "events": {"GET": self._events},
            "operations": {"GET": self._counts, "DELETE": self._reset},
            "faults": {"POST": self._arm, "DELETE": self._disarm},
            "mail": {"GET": self._mail},
            "sample": {
                "GET": self._sample,
                "POST": self._make_sample,
                "DELETE": self._remove_sample,
            },
            "sample/enter": {"POST": self._enter},
        }

    async def answer(self, call: Call) -> Answer:
        """Raises CrossSite or UnsupportedMediaType for a caller that may be a web page; NotFound,
        MethodNotAllowed or Invalid for what it cannot answer."""
        page = page_at(call.path)
        if page is not None:
            # Anybody's link may lead there; it holds nothing and does nothing by itself.
            return await _chosen({"GET": partial(_given, page)}, call)(call)
        check_caller(call)
        path = call.path.removeprefix(PREFIX)
        head, _, rest = path.partition("/")
        if head == "functions" and rest.endswith("/kill"):
            return await _chosen({"POST": self._kill}, call)(call)
        if path not in self._routes:
            raise NotFound(f"the platform has no {call.path}")
        return await _chosen(self._routes[path], call)(call)

    async def _health(self, call: Call) -> Answer:
        _query(call, Nothing)
        emulators = await self.emulators()
        well = all(emulators.values())
        content = {
            "status": "ok" if well else "failing",
            "emulators": {name: "ok" if fine else "failing" for name, fine in emulators.items()},
            "functions": [
                {"name": front.name, "state": front.backend.state, "url": front.url}
                for front in self.fleet.ingresses.values()
            ],
        }
        content |= {"model": self.model} if self.model else {}
        content |= {"targets": self.targets} if self.targets else {}
        return json_answer(content, 200 if well else 503)

    async def _token(self, call: Call) -> Answer:
        wanted = _body(call, TokenRequest)
        token = self.issuer.user_token(
            wanted.principal,
            wanted.tenant,
            scopes=wanted.scopes,
            roles=wanted.roles,
            expires_in=wanted.expires_in,
            workspace=wanted.workspace,
            agent=wanted.agent,
            audience=wanted.audience,
        )
        return json_answer(
            {"access_token": token, "token_type": "Bearer", "expires_in": wanted.expires_in}
        )

    async def _time(self, call: Call) -> Answer:
        _query(call, Nothing)
        return json_answer(self._now())

    async def _advance(self, call: Call) -> Answer:
        journey = await self.travel.advance(_body(call, Advance).seconds)
        fired = {"timers": journey.timers, "schedules": journey.schedules}
        return json_answer({**self._now(), "fired": fired})

    async def _wait(self, call: Call) -> Answer:
        timeout = _query(call, Wait).timeout
        pending = await self.idle.wait(timeout)
        if pending:
            listed = ", ".join(f"{kind}: {count}" for kind, count in sorted(pending.items()))
            hint = _SWEPT if "unpublished" in pending else ""
            raise NotIdle(f"after {timeout:g} s still in flight: {listed}{hint}")
        return json_answer({"idle": True})

    async def _events(self, call: Call) -> Answer:
        wanted = _query(call, EventQuery)
        found = await self.log.events(**wanted.model_dump())
        return json_answer({"items": found})

    async def _counts(self, call: Call) -> Answer:
        _query(call, Nothing)
        return json_answer(priced(self.operations, load_prices()))

    async def _mail(self, call: Call) -> Answer:
        subject = _query(call, MailQuery).subject
        nothing = {"url": "", "items": []}
        return json_answer(nothing if self.mail is None else await self.mail(subject))

    async def _reset(self, call: Call) -> Answer:
        _query(call, Nothing)
        self.operations.reset()
        return Answer(204, (), b"")

    async def _arm(self, call: Call) -> Answer:
        wanted = _body(call, FaultRequest)
        await self.faults.arm(wanted)
        return json_answer({"armed": wanted.model_dump()}, 201)

    async def _disarm(self, call: Call) -> Answer:
        _query(call, Nothing)
        self.faults.disarm()
        return Answer(204, (), b"")

    async def _sample(self, call: Call) -> Answer:
        _query(call, Nothing)
        return json_answer(self.sample.shown())

    async def _make_sample(self, call: Call) -> Answer:
        _body(call, Nothing)
        self.sample.make()
        return json_answer(self.sample.shown(), 202)

    async def _remove_sample(self, call: Call) -> Answer:
        _query(call, Nothing)
        self.sample.remove()
        return json_answer(self.sample.shown(), 202)

    async def _enter(self, call: Call) -> Answer:
        entered, cookie = await self.sample.enter(_body(call, Entering).person)
        answer = json_answer(entered)
        return replace(answer, headers=(*answer.headers, ("Set-Cookie", cookie)))

    async def _kill(self, call: Call) -> Answer:
        _query(call, Nothing)
        name = unquote(call.path.removeprefix(f"{PREFIX}functions/").removesuffix("/kill"))
        fronts = self.fleet.named(name)
        if not fronts:
            raise NotFound(f"there is no function {name}")
        killed = [front.name for front in fronts if front.backend.state != "cold"]
        for front in fronts:
            await front.backend.kill()
        return json_answer({"killed": killed})

    def _now(self) -> dict[str, Any]:
        offset = self.clock.offset.total_seconds()
        return {"now": format_instant(self.clock.now()), "offset_seconds": offset}


async def _given(answer: Answer, _: Call) -> Answer:
    return answer


def _chosen(methods: dict[str, Handler], call: Call) -> Handler:
    handler = methods.get("GET" if call.method == "HEAD" else call.method)
    if handler is None:
        raise MethodNotAllowed(tuple(methods))
    return handler


def _body(call: Call, model: type[M]) -> M:
    refuse_unknown(_pairs(call), ())
    value = parse_json(call.body or b"{}")
    refuse_odd_text(value)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid(error) from error


def _query(call: Call, model: type[M]) -> M:
    if call.body and parse_json(call.body) not in ({}, None):
        raise refused("must be empty, because this call takes none")
    pairs = _pairs(call)
    refuse_unknown(pairs, model.model_fields)
    sent = dict(pairs)
    numbers = (name for name, field in model.model_fields.items() if field.annotation is int)
    refuse_misspelt(sent, numbers)
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise invalid(error) from error


def _pairs(call: Call) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(call.target).query, keep_blank_values=True)
