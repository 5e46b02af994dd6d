"""Answers the API: who calls, whether it is a repeat, and what it asks for."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from emulators.stripe import form
from emulators.stripe.account import VERSION, Account, new_id
from emulators.stripe.clocks import run
from emulators.stripe.failures import StripeFailure, invalid
from emulators.stripe.periods import DAY
from emulators.stripe.rendering import rendered
from emulators.stripe.routes import route
from emulators.stripe.store import Document

KEYS = ("sk_test_", "rk_test_")


@dataclass(frozen=True)
class Call:
    """A call of the API. `params` is its query or its body, form-encoded."""

    method: str
    path: str
    params: str
    authorization: str = ""
    idempotency_key: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class Answer:
    """`body` is JSON."""

    status: int
    body: str
    request: str
    repeated: bool = False


def answer(account: Account, call: Call) -> Answer:
    """What Stripe would answer. A call with a key that came before is not done again: it gets the
    same answer for a day, or 400 where it asks for something else."""
    run(account)
    account.request = request = new_id("req", 14)
    account.key = call.idempotency_key if call.method == "POST" else None
    try:
        _check_caller(call)
        known = _known(account, call)
        if known is not None:
            return Answer(known[0], known[1], request, repeated=True)
        return _answered(account, call, request)
    except StripeFailure as failure:
        return Answer(failure.status, json.dumps(failure.body), request)
    finally:
        account.request = account.key = None


def _answered(account: Account, call: Call, request: str) -> Answer:
    with account.store.transaction():
        try:
            body, status = json.dumps(_done(account, call)), 200
        except StripeFailure as failure:
            if not failure.kept:
                raise
            body, status = json.dumps(failure.body), failure.status
        if account.key is not None:
            account.store.remember(_scope(call), _digest(call), status, body, account.live())
    return Answer(status, body, request)


def _done(account: Account, call: Call) -> Document:
    found = route(call.method, call.path)
    if found is None:
        raise StripeFailure(
            404,
            f"Unrecognized request URL ({call.method}: {call.path}). If Stripe has it, this"
            " stand-in does not serve it: see emulators/stripe/README.md.",
        )
    params = form.decoded(parse_qsl(call.params, keep_blank_values=True))
    expand = [str(each) for each in form.rows(params, "expand")]
    params.pop("expand", None)
    handler, names = found
    return _shown(account, handler(account, params, *names), expand)


def _shown(account: Account, document: Document, expand: Sequence[str]) -> Document:
    if document.get("object") != "list":
        return rendered(account.store, document, expand) if "id" in document else document
    within = [each.removeprefix("data.") for each in expand]
    if any(not each.startswith("data.") for each in expand):
        raise invalid("Expand what is in a list with `data.`, as `data.customer`.", "expand")
    return document | {"data": [rendered(account.store, each, within) for each in document["data"]]}


def _known(account: Account, call: Call) -> tuple[int, str] | None:
    if account.key is None:
        return None
    known = account.store.answered(_scope(call), account.live() - DAY)
    if known is None:
        return None
    digest, status, body = known
    if digest != _digest(call):
        raise StripeFailure(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{call.idempotency_key}' if you meant"
            " to execute a different request.",
            kind="idempotency_error",
        )
    return status, body


def _check_caller(call: Call) -> None:
    key = _key(call.authorization)
    if not key.startswith(KEYS):
        masked = f"{key[:7]}***" if key else "none"
        raise StripeFailure(401, f"Invalid API Key provided: {masked}. It begins with sk_test_.")
    if call.version not in (None, VERSION):
        raise invalid(f"This stand-in speaks {VERSION} only, and not {call.version}.")


def _key(authorization: str) -> str:
    """The key, as the client sends it or as `curl --user` does."""
    kind, _, value = authorization.partition(" ")
    if kind != "Basic":
        return value
    try:
        return b64decode(value, validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def _scope(call: Call) -> str:
    owner = hashlib.sha256(_key(call.authorization).encode()).hexdigest()
    return f"{owner}:{call.idempotency_key}"


def _digest(call: Call) -> str:
    params = sorted(parse_qsl(call.params, keep_blank_values=True))
    text = json.dumps([call.method, call.path, params])
    return hashlib.sha256(text.encode()).hexdigest()
