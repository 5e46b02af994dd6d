"""One call of an HTTP service, once."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from functions.tools.http.answers import taken
from functions.tools.http.outcomes import Answered, NeverSent, Outcome, Refused, Unknown
from functions.tools.http.requests import NotSendable, Prepared, prepare
from functions.tools.http.shown_credential import Shown, Signing, show
from functions.tools.http.targets import (
    Auth,
    Basic,
    Bearer,
    ClientCredentials,
    Credential,
    HttpOperation,
    InHeader,
    Target,
    wrong_operation,
    wrong_target,
    wrong_together,
)
from functions.tools.http.tokens import NoToken, forget_token
from shared.runtime.guarded_clients import guarded_clients

if TYPE_CHECKING:
    import httpx2

__all__ = [
    "HttpOperation",
    "Target",
    "Auth",
    "Bearer",
    "InHeader",
    "Basic",
    "ClientCredentials",
    "Credential",
    "Outcome",
    "Answered",
    "Refused",
    "NeverSent",
    "Unknown",
    "call_http",
    "wrong_operation",
    "wrong_target",
    "wrong_together",
]

# All of a call: the token endpoint, a second try after a 401, and the whole answer.
WITHIN_SECONDS = 10.0
CONNECTED_WITHIN_SECONDS = 3.0
_UNAUTHORIZED = 401


async def call_http(
    target: Target,
    operation: HttpOperation,
    arguments: Mapping[str, Any],
    *,
    key: str,
    credential: Credential | None,
    may_be_loopback: bool,
) -> Outcome:
    """What became of the call, which was sent at most once, within ten seconds; a second time only
    where the service answered 401 to an access token that was kept from before. Nothing that the
    outcome says holds the credential. `key` is what the service knows the call by, where its
    operation names a header for it. Raises nothing but what ends the task."""
    try:
        request = prepare(target, operation, arguments, key=key, may_be_loopback=may_be_loopback)
    except NotSendable as error:
        return Refused(reason=str(error), detail=error.detail)
    sending = _Sending(request, key, may_be_loopback)
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await _shown_and_sent(sending, target.auth, credential)
    except NotSendable as error:
        return Refused(reason=str(error), detail=error.detail)
    except NoToken as error:
        return NeverSent(reason=str(error))
    except TimeoutError:
        return sending.broken(f"the service did not answer within {WITHIN_SECONDS:.0f} seconds")


async def _shown_and_sent(
    sending: "_Sending", auth: Auth | None, credential: Credential | None
) -> Outcome:
    shown = await sending.shown(auth, credential)
    outcome = await sending.send(shown)
    if not (isinstance(outcome, Answered) and outcome.status == _UNAUTHORIZED):
        return outcome
    if shown.kept_token is None:
        return outcome
    assert isinstance(auth, ClientCredentials)
    assert credential is not None
    forget_token(auth, credential, shown.kept_token)
    # Whoever was not let in has not acted.
    sending.was_sent = False
    return await sending.send(await sending.shown(auth, credential))


class _Sending:
    """A request on its way, and whether any of it was sent."""

    def __init__(self, request: Prepared, key: str, may_be_loopback: bool) -> None:
        self.request = request
        self.key = key
        self.may_be_loopback = may_be_loopback
        self.was_sent = False

    async def shown(self, auth: Auth | None, credential: Credential | None) -> Shown:
        """What the service is shown with it. Raises NotSendable, and what `access_token` raises."""
        signing = Signing(self.key, self.request.body or b"")
        return await show(auth, credential, may_be_loopback=self.may_be_loopback, signing=signing)

    async def send(self, shown: Shown) -> Outcome:
        """What became of it. Raises TimeoutError, NotSendable."""
        import httpx2

        from shared.runtime.guarded import AddressRefused

        client = _clients[self.may_be_loopback].here()
        try:
            answer = await client.send(self._with(shown, client), stream=True)
            try:
                return await taken(answer, shown.secrets)
            finally:
                await answer.aclose()
        except AddressRefused as error:
            raise NotSendable(f"the service {error}") from error
        except httpx2.HTTPError:
            return self.broken("the service broke off before it had answered")

    def _with(self, shown: Shown, client: "httpx2.AsyncClient") -> "httpx2.Request":
        """The request with its credential. Raises NotSendable."""
        import httpx2

        method, url, headers, body = self.request
        with_credential = {**headers, **shown.headers}
        noting = {"trace": self._note}
        try:
            request = client.build_request(
                method, url, headers=with_credential, content=body, extensions=noting
            )
        except httpx2.InvalidURL as error:
            raise NotSendable("the address cannot be called") from error
        if str(request.url) != url:
            raise NotSendable("the address would be read in two ways")
        return request

    def broken(self, reason: str) -> NeverSent | Unknown:
        """What is known of it now that no whole answer comes."""
        if self.was_sent:
            return Unknown(reason=reason)
        return NeverSent(reason="the service cannot be reached")

    async def _note(self, event: str, _: Mapping[str, Any]) -> None:
        if not event.startswith("connection."):
            self.was_sent = True


_clients = guarded_clients(
    within_seconds=WITHIN_SECONDS, connected_within_seconds=CONNECTED_WITHIN_SECONDS
)
