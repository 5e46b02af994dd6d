"""Calls to providers: to configured ones, and to the issuers that tenants name."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from functions.identity.rules.refusals import SsoRefused
from shared.kit.errors import Unavailable
from shared.kit.public_addresses import is_plain_address
from shared.runtime.outside import OutsideCall, OutsideRefused, call_configured, call_public
from shared.runtime.settings import runtime_settings

LONGEST_ANSWER = 65_536
# A token endpoint explains a refusal in an object (RFC 6749, 5.2).
_EXPLAINED = (200, *range(400, 500))


class Ask(Protocol):
    """A call to a provider for the JSON object at `url`. With `form` it is sent, and the object may
    be one that explains a refusal."""

    async def __call__(
        self, url: str, *, form: Mapping[str, str] | None = None, token: str | None = None
    ) -> Mapping[str, Any]: ...


async def ask_configured(
    url: str, *, form: Mapping[str, str] | None = None, token: str | None = None
) -> Mapping[str, Any]:
    """The object that a provider of our configuration answers. Raises Unavailable."""
    try:
        return await call_configured(_call(url, form, token))
    except OutsideRefused as error:
        raise Unavailable(f"the provider {error.detail}") from error


async def ask_issuer(
    url: str, *, form: Mapping[str, str] | None = None, token: str | None = None
) -> Mapping[str, Any]:
    """The object that a tenant's issuer answers. Raises SsoRefused for an address that is not
    public, Unavailable."""
    try:
        return await call_public(_call(url, form, token), may_be_loopback=_is_local())
    except OutsideRefused as error:
        detail = f"the issuer {error.detail}"
        if error.fault == "address":
            raise SsoRefused("issuer_refused", 422, detail) from error
        raise Unavailable(detail) from error


def check_page(url: str) -> None:
    """Raises SsoRefused for an address that browsers may not be sent to: it is https, or on a
    local platform http, and every program reads it alike."""
    schemes = ("https", "http") if _is_local() else ("https",)
    if not is_plain_address(url) or not _has_host(url, schemes):
        detail = "every address of the issuer must be https, without a user"
        raise SsoRefused("issuer_refused", 422, detail)


def _has_host(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc) and "@" not in parts.netloc


def _call(url: str, form: Mapping[str, str] | None, token: str | None) -> OutsideCall:
    return OutsideCall(
        url=url,
        longest=LONGEST_ANSWER,
        method="GET" if form is None else "POST",
        headers={} if token is None else {"Authorization": f"Bearer {token}"},
        form=form,
        statuses=(200,) if form is None else _EXPLAINED,
    )


def _is_local() -> bool:
    return runtime_settings().environment == "local"
