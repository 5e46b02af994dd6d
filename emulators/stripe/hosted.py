"""Serves the hosted pages."""

from aiohttp import web

from emulators.stripe import checkout
from emulators.stripe.account import Account
from emulators.stripe.failures import StripeFailure
from emulators.stripe.pages import asking_page, checkout_page, gone_page
from emulators.stripe.store import Document

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class Hosted:
    """The pages of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page of a session that is open."""
        session = self._open(request)
        if session is None:
            return html(gone_page(), 404)
        return html(checkout_page(self._account, session, {}, ""))

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Completes a session and goes on to where it says; shows the page again where the card is
        declined."""
        session = self._open(request)
        if session is None:
            return html(gone_page(), 404)
        posted = await request.post()
        said = {name: value for name, value in posted.items() if isinstance(value, str)}
        card, confirmed = said.get("card", ""), said.get("confirmed")
        if checkout.asks(card) and confirmed is None:
            return html(asking_page(said))
        if confirmed == "no":
            why = "We are unable to authenticate your payment method. Choose another one."
            return html(checkout_page(self._account, session, said, why), 402)
        try:
            with self._account.store.transaction():
                checkout.complete(
                    self._account,
                    session,
                    card,
                    said.get("email", ""),
                    said.get("promotion_code", ""),
                    confirmed=confirmed == "yes",
                )
        except StripeFailure as why:
            again = self._open(request) or session
            return html(checkout_page(self._account, again, said, str(why)), why.status)
        target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        raise web.HTTPSeeOther(target)

    def _open(self, request: web.Request) -> Document | None:
        found = self._account.store.find(request.match_info["name"])
        if found is None or found["object"] != "checkout.session" or found["status"] != "open":
            return None
        return found


def html(text: str, status: int = 200) -> web.Response:
    """A page that runs no script and that no other page frames."""
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)
