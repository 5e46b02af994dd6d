"""`assent login` and `assent logout`."""

import sys
from typing import Annotated

from cyclopts import Parameter

from . import store
from .session import UNSAID, Common, printable
from .wrong_input import WrongInput

SCOPES = (
    "agents:read agents:write approvals:read approvals:write audit:read billing:read capsules:read"
    " capsules:write knowledge:read knowledge:write runs:read runs:write usage:read"
)


def login(
    url: str,
    /,
    *,
    tenant: str | None = None,
    scopes: str = SCOPES,
    key: Annotated[
        bool, Parameter(help="Read an API key from the standard input instead.", negative="")
    ] = False,
    common: Common = UNSAID,
) -> None:
    """Sign in, in a browser on any device, and keep the session on this machine.

    Parameters
    ----------
    url
        The platform's address, such as https://assent.example.
    tenant
        The id of the tenant that the session is for, where you are in several.
    scopes
        What the session may do.
    """
    from ..exchange import address

    try:
        where = address(url)
    except ValueError as error:
        raise WrongInput(f"{error}.") from None
    kept = _by_key(where) if key else _by_device(where, scopes, tenant)
    store.save(kept)
    common.show({"url": where, "tenant": tenant}, f"Signed in at {where}.")


def _by_key(url: str) -> store.Kept:
    from ..client import Assent

    key = sys.stdin.readline().strip()
    try:
        client = Assent(url, key)
    except ValueError as error:
        raise WrongInput(f"{error}.") from None
    with client:
        client.approvals.list(limit=1).page()
    return store.Kept(url=url, key=key)


def _by_device(url: str, scopes: str, tenant: str | None) -> store.Kept:
    import httpx

    from .device import NotSignedIn, ask, await_tokens

    with httpx.Client(timeout=30.0) as http:
        codes = ask(url, scopes, http)
        where = printable(codes["verification_uri_complete"])
        said = f"Open {where} and compare the code {printable(codes['user_code'])}."
        print(said, file=sys.stderr, flush=True)
        tokens = await_tokens(url, codes, tenant, http)
    if not tokens["scope"]:
        raise NotSignedIn("you have no place here, or several: say which with --tenant ID")
    return store.Kept(
        url=url,
        refresh_token=tokens["refresh_token"],
        access_token=tokens["access_token"],
        tenant=tenant,
    )


def logout(*, common: Common = UNSAID) -> None:
    """Forget who is signed in on this machine."""
    had_key = store.has_key()
    was_there = store.forget()
    said = "Forgotten. Nobody else has the session's token; it ends by itself after 30 days."
    if had_key:
        said = "Forgotten here. The key itself stays valid until it ends or you revoke it."
    common.show({"forgotten": was_there}, said if was_there else "Nobody is signed in.")
