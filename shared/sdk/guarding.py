"""`guard`: asks for assent before a function of yours runs."""

import functools
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from inspect import iscoroutinefunction
from typing import (
    Any,
    Generic,
    Literal,
    ParamSpec,
    Required,
    TypedDict,
    TypeVar,
    Unpack,
    cast,
    overload,
)
from uuid import uuid4

from .async_client import AsyncAssent
from .client import Assent
from .questions import (
    ASSENTED,
    AlreadyUsed,
    AnotherContent,
    Effect,
    Kind,
    Question,
    Receipt,
    Terms,
)

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger("assent.receipts")


def log_receipt(receipt: Receipt) -> None:
    """Writes the receipt to the log `assent.receipts`, as JSON."""
    _log.info("%s", json.dumps(asdict(receipt)))


class _Guard:
    """What guarded functions have in common: the terms, and which approvals were used."""

    def __init__(
        self,
        client: Any,
        function: Callable[..., Any],
        terms: Terms,
        options: "Options",
    ) -> None:
        terms.check(function)
        self._client, self._function, self._terms = client, function, terms
        self._waits = options.get("pending", "wait") == "wait"
        self._seconds = options.get("timeout", 3600.0)
        self._key = options.get("key")
        self._tell = options.get("on_receipt", log_receipt)
        self._used: set[str] = set()
        self._lock = threading.Lock()
        functools.update_wrapper(cast(Any, self), function)

    def _asks(self, args: Any, kwargs: Any) -> tuple[Question, dict[str, Any]]:
        """What is asked about the call, and the request for approval of it."""
        question = Question.of(self._terms, self._function, args, kwargs)
        key = self._key(*args, **kwargs) if self._key else str(uuid4())
        return question, {**question.request, "idempotency_key": key}

    def _require_same(self, question: Question, args: Any, kwargs: Mapping[str, Any]) -> None:
        """Raises AnotherContent where somebody changed an argument while the call waited."""
        now = Question.of(self._terms, self._function, args, kwargs)
        if now.hash != question.hash:
            raise AnotherContent("an argument changed while the call waited: call it again")

    def _use(self, receipt: Receipt) -> Receipt:
        """Uses the approval up, and tells that the call begins."""
        with self._lock:
            if receipt.approval_id in self._used:
                raise AlreadyUsed(
                    f"approval {receipt.approval_id} allowed one call, which was made"
                )
            self._used.add(receipt.approval_id)
        self._tell(receipt)
        return receipt


class Guarded(_Guard, Generic[P, R]):
    """A function that runs once somebody assented to exactly that call."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Asks, waits as configured, and runs. Raises NotAssented, Pending, StillWaiting, and what
        calls of the API and the function raise."""
        question, request = self._asks(args, kwargs)
        asked = self._client.approvals.create(**request)
        question.require_asked(asked.id, asked.decision_hash)
        if asked.status not in ASSENTED and not self._waits:
            return self.after(asked.id, *args, **kwargs)
        approval = self._client.approvals.wait_for(asked.id, timeout=self._seconds)
        self._require_same(question, args, kwargs)
        return self._run(self._use(question.begun(approval)), *args, **kwargs)

    def after(self, approval_id: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs the call that the approval is about, if it is decided. Raises as a call does."""
        question = Question.of(self._terms, self._function, args, kwargs)
        approval = self._client.approvals.get(approval_id)
        return self._run(self._use(question.begun(approval)), *args, **kwargs)

    def _run(self, receipt: Receipt, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result: R = self._function(*args, **kwargs)
        except BaseException as error:
            self._tell(receipt.raised(error))
            raise
        self._tell(receipt.returned(result))
        return result


class AsyncGuarded(_Guard, Generic[P, R]):
    """A coroutine function that runs once somebody assented to exactly that call."""

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Asks, waits as configured, and runs. Raises NotAssented, Pending, StillWaiting, and what
        calls of the API and the function raise."""
        question, request = self._asks(args, kwargs)
        asked = await self._client.approvals.create(**request)
        question.require_asked(asked.id, asked.decision_hash)
        if asked.status not in ASSENTED and not self._waits:
            return await self.after(asked.id, *args, **kwargs)
        approval = await self._client.approvals.wait_for(asked.id, timeout=self._seconds)
        self._require_same(question, args, kwargs)
        return await self._run(self._use(question.begun(approval)), *args, **kwargs)

    async def after(self, approval_id: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs the call that the approval is about, if it is decided. Raises as a call does."""
        question = Question.of(self._terms, self._function, args, kwargs)
        approval = await self._client.approvals.get(approval_id)
        return await self._run(self._use(question.begun(approval)), *args, **kwargs)

    async def _run(self, receipt: Receipt, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            result: R = await self._function(*args, **kwargs)
        except BaseException as error:
            self._tell(receipt.raised(error))
            raise
        self._tell(receipt.returned(result))
        return result


class Options(TypedDict, total=False):
    """What `guard` takes.

    kind, effect, summary, subject (its type and its id), rollback_plan, evidence: as
    `POST /v1/approvals` takes them; in texts, `{name}` stands for an argument of the function.
    amount_usd_micros: the argument that says how much money; a financial kind needs it.
    leave_out: arguments that are not shown and that no hash binds, such as a connection.
    pending: whether a call waits until somebody decided, or raises Pending. timeout: for how many
    seconds it waits. key: of a call's arguments the key under which it asks, so that a process that
    starts again finds the answer to the same question; without one each call asks anew.
    on_receipt: is given each Receipt; without it they go to the log `assent.receipts`."""

    kind: Required[Kind]
    summary: Required[str]
    subject: Required[tuple[str, str]]
    rollback_plan: Required[str]
    effect: Effect
    amount_usd_micros: str
    evidence: Sequence[Any]
    leave_out: Sequence[str]
    pending: Literal["wait", "raise"]
    timeout: float
    key: Callable[..., str]
    on_receipt: Callable[[Receipt], None]


@overload
def guard(
    client: Assent, **options: Unpack[Options]
) -> Callable[[Callable[P, R]], Guarded[P, R]]: ...


@overload
def guard(
    client: AsyncAssent, **options: Unpack[Options]
) -> Callable[[Callable[P, Awaitable[R]]], AsyncGuarded[P, R]]: ...


def guard(client: Assent | AsyncAssent, **options: Unpack[Options]) -> Any:
    """A decorator: the function runs only once somebody assented to exactly these arguments, once
    for each assent, and leaves receipts. Functions are guarded by an `Assent`, coroutine functions
    by an `AsyncAssent`. Raises TypeError where the options do not fit the function."""
    terms = Terms(
        kind=options["kind"],
        effect=options.get("effect"),
        summary=options["summary"],
        subject=options["subject"],
        rollback_plan=options["rollback_plan"],
        amount_usd_micros=options.get("amount_usd_micros"),
        leave_out=frozenset(options.get("leave_out", ())),
        evidence=options.get("evidence", ()),
    )

    def decorate(function: Any) -> Any:
        is_async = isinstance(client, AsyncAssent)
        if iscoroutinefunction(function) != is_async:
            wanted = "Assent" if is_async else "AsyncAssent"
            raise TypeError(f"{function.__qualname__} needs a client of the class {wanted}")
        guarded: Any = AsyncGuarded if is_async else Guarded
        return guarded(client, function, terms, options)

    return decorate
