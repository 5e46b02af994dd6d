"""Lists: the newest first, with cursors."""

from collections.abc import Callable, Sequence

from emulators.stripe import form
from emulators.stripe.account import Account
from emulators.stripe.failures import absent, invalid
from emulators.stripe.form import Form
from emulators.stripe.rendering import list_of
from emulators.stripe.store import Document

_CURSORS = ("limit", "starting_after", "ending_before", "created")
_BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
_OVER = ("canceled", "incomplete_expired")


def listing(kind: str, *filters: str) -> Callable[..., Document]:
    """Lists the objects of a kind, with these filters."""

    def read(account: Account, params: Form) -> Document:
        form.check(params, (*_CURSORS, *filters))
        documents = account.store.all(
            kind, form.text(params, "customer") if "customer" in filters else None
        )
        bounds = _bounds(params)
        kept = [
            each
            for each in documents
            if _matches(each, params, filters)
            and all(_BOUNDS[name](each["created"], bound) for name, bound in bounds.items())
        ]
        return paged(params, kept[::-1], _path(kind))

    return read


def paged(params: Form, documents: Sequence[Document], url: str) -> Document:
    """The page of a list that a call asks for; `data` holds documents, to be rendered."""
    limit = form.number(params, "limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100.", "limit")
    after, before = form.text(params, "starting_after"), form.text(params, "ending_before")
    if after and before:
        raise invalid("You cannot use both `starting_after` and `ending_before`.")
    names = [each["id"] for each in documents]
    cursor = after or before
    if cursor is not None and cursor not in names:
        raise absent("object", cursor, "starting_after" if after else "ending_before")
    if before is not None:
        end = names.index(before)
        start = max(0, end - limit)
        return list_of([*documents[start:end]], url, has_more=start > 0)
    start = names.index(after) + 1 if after is not None else 0
    page = [*documents[start : start + limit]]
    return list_of(page, url, has_more=start + limit < len(documents))


def _matches(document: Document, params: Form, filters: Sequence[str]) -> bool:
    is_over = document["object"] == "subscription" and document["status"] in _OVER
    if is_over and "status" not in params:
        return False
    return all(
        _FILTERS.get(name, _equal)(document, name, params) for name in filters if name in params
    )


def _bounds(params: Form) -> dict[str, int]:
    """The bounds that a call sets to when objects were made. Raises StripeFailure."""
    created = params.get("created")
    if created is None:
        return {}
    if not isinstance(created, dict):
        moment = form.number(params, "created")
        return {"gte": moment, "lte": moment}
    form.check(created, _BOUNDS, "created")
    return {name: form.number(created, name) for name in created}


def _equal(document: Document, name: str, params: Form) -> bool:
    value = document.get(name)
    text = value if not isinstance(value, bool) else str(value).lower()
    return bool(text == params[name])


def _status(document: Document, name: str, params: Form) -> bool:
    wanted = params[name]
    if document["object"] == "subscription":
        if wanted == "all":
            return True
        if wanted == "ended":
            return document["status"] in _OVER
    return bool(document["status"] == wanted)


def _subscription(document: Document, name: str, params: Form) -> bool:
    if document["object"] != "invoice":
        return _equal(document, name, params)
    details = (document["parent"] or {}).get("subscription_details") or {}
    return bool(details.get("subscription") == params[name])


def _price(document: Document, name: str, params: Form) -> bool:
    return any(each["price"]["id"] == params[name] for each in document["items"]["data"])


def _type(document: Document, name: str, params: Form) -> bool:
    wanted, kind = str(params[name]), str(document["type"])
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


def _code(document: Document, name: str, params: Form) -> bool:
    return bool(document["code"].lower() == str(params[name]).lower())


_FILTERS: dict[str, Callable[[Document, str, Form], bool]] = {
    "status": _status,
    "subscription": _subscription,
    "price": _price,
    "type": _type,
    "code": _code,
    "types": lambda document, name, params: document["type"] in form.rows(params, name),
    "lookup_keys": lambda document, name, params: document["lookup_key"] in form.rows(params, name),
}


def _path(kind: str) -> str:
    group, _, name = kind.rpartition(".")
    return f"/v1/{group}/{name}s" if group else f"/v1/{name}s"
