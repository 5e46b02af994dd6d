"""Serves the hosted pages."""

from aiohttp import web

from emulators.stripe import checkout, portal
from emulators.stripe.account import Account
from emulators.stripe.cards import MESSAGES
from emulators.stripe.customers import attach
from emulators.stripe.failures import StripeFailure
from emulators.stripe.invoices import attempt
from emulators.stripe.pages import authentication_page, checkout_page, gone_page, invoice_page
from emulators.stripe.store import Document

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


class HostedPages:
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
        fields = await _fields(request)
        card, confirmed = fields.get("card", ""), fields.get("confirmed")
        if checkout.needs_authentication(card) and confirmed is None:
            return html(authentication_page(fields))
        if confirmed == "no":
            why = "We are unable to authenticate your payment method. Choose another one."
            return html(checkout_page(self._account, session, fields, why), 402)
        try:
            with self._account.store.transaction():
                checkout.complete(
                    self._account,
                    session,
                    card,
                    fields.get("email", ""),
                    fields.get("promotion_code", ""),
                    confirmed=confirmed == "yes",
                )
        except StripeFailure as why:
            again = self._open(request) or session
            return html(checkout_page(self._account, again, fields, str(why)), why.status)
        target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        raise web.HTTPSeeOther(target)

    async def show_portal(self, request: web.Request) -> web.StreamResponse:
        """The portal's page."""
        session = portal.open_session(self._account, request.match_info["name"])
        if session is None:
            return html(gone_page(), 404)
        return html(portal.portal_page(self._account, session, ""))

    async def submit_portal(self, request: web.Request) -> web.StreamResponse:
        """Does what a button of the portal says, and shows what is now."""
        session = portal.open_session(self._account, request.match_info["name"])
        if session is None:
            return html(gone_page(), 404)
        fields = await _fields(request)
        try:
            with self._account.store.transaction():
                message, status = portal.act(self._account, session, fields), 200
        except StripeFailure as why:
            message, status = str(why), why.status
        return html(portal.portal_page(self._account, session, message), status)

    async def show_invoice(self, request: web.Request) -> web.StreamResponse:
        """The page of an invoice, with what remains to be paid."""
        invoice = self._invoice(request)
        return html(gone_page(), 404) if invoice is None else html(invoice_page(invoice, ""))

    async def pay_invoice(self, request: web.Request) -> web.StreamResponse:
        """Pays what remains with a card, after the page of a bank that wants an authentication."""
        invoice = self._invoice(request)
        if invoice is None or invoice["status"] != "open":
            return html(gone_page(), 404)
        fields = await _fields(request)
        card, confirmed = fields.get("card", ""), fields.get("confirmed")
        if checkout.needs_authentication(card) and confirmed is None:
            return html(authentication_page(fields))
        try:
            with self._account.store.transaction():
                method = attach(self._account, {"customer": invoice["customer"]}, card)["id"]
                made = attempt(self._account, invoice, method, confirmed=confirmed == "yes")
            message, status = MESSAGES.get(made.decline_code, ""), 402 if made.code else 200
        except StripeFailure as why:
            message, status = str(why), why.status
        now = self._account.get("invoice", invoice["id"])
        return html(invoice_page(now, message), status)

    def _invoice(self, request: web.Request) -> Document | None:
        invoice = self._account.store.find(request.match_info["name"])
        final = (
            invoice is not None and invoice["object"] == "invoice" and invoice["status"] != "draft"
        )
        return invoice if final else None

    def _open(self, request: web.Request) -> Document | None:
        session = self._account.store.find(request.match_info["name"])
        if (
            session is None
            or session["object"] != "checkout.session"
            or session["status"] != "open"
        ):
            return None
        return session


async def _fields(request: web.Request) -> dict[str, str]:
    posted = await request.post()
    return {name: value for name, value in posted.items() if isinstance(value, str)}


def html(text: str, status: int = 200) -> web.Response:
    """A page that runs no script and that no other page frames."""
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)
