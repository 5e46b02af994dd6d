"""The hosted pages, as plain HTML: forms that a person or a browser test fills in. There is no
field for the number of a card; a card is picked by its name."""

from html import escape

from emulators.stripe.account import Account
from emulators.stripe.cards import CARDS, OFFERED
from emulators.stripe.store import Document

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 34rem; padding: 1rem; }
fieldset, form { margin: 1rem 0; } fieldset { border: 1px solid; border-radius: .5rem; }
label { display: block; padding: .4rem 0; }
fieldset label { display: flex; gap: .5rem; align-items: center; min-height: 2rem; }
input:not([type=radio]), select, button {
font: inherit; min-height: 2.75rem; max-width: 100%; box-sizing: border-box; }
input[type=email], input[type=text] { width: 100%; } button { padding: 0 1.25rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .25rem; }
.alert { border: 2px solid; padding: .5rem 1rem; border-radius: .5rem; }
"""


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><p>Stripe's stand-in: no money moves.</p>"
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def money(amount: int, currency: str) -> str:
    """An amount as people write it."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02} {currency.upper()}"


def checkout_page(account: Account, session: Document, fields: dict[str, str], why: str) -> str:
    """What is bought, and the form that buys it."""
    body = alert(why) + _bought(session)
    email = (
        ""
        if session["customer"] or session["customer_email"]
        else _text("email", "Email", fields.get("email", ""), kind="email")
    )
    code = ""
    if session["allow_promotion_codes"]:
        code = _text("promotion_code", "Promotion code", fields.get("promotion_code", ""))
    button = "Subscribe" if session["mode"] == "subscription" else "Save card"
    body += (
        f'<form method="post">{email}{code}{cards(fields.get("card", OFFERED[0]))}'
        f'<button type="submit">{button}</button></form>'
    )
    if session["cancel_url"]:
        body += f'<p><a href="{escape(session["cancel_url"])}">Back</a></p>'
    return page(button, body)


def authentication_page(fields: dict[str, str]) -> str:
    """The page on which a bank asks the person to authenticate a payment."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if name != "confirmed"
    )
    return page(
        "Your bank asks",
        f'<form method="post">{hidden}<p>Do you agree to this payment?</p>'
        '<button type="submit" name="confirmed" value="yes">Agree</button> '
        '<button type="submit" name="confirmed" value="no">Refuse</button></form>',
    )


def invoice_page(invoice: Document, message: str) -> str:
    """What an invoice asks for, and the form that pays it."""
    rows = "".join(
        f"<tr><td>{escape(each['description'] or '')}</td><td>{each['quantity']}</td>"
        f"<td>{money(each['amount'], each['currency'])}</td></tr>"
        for each in invoice["lines"]["data"]
    )
    head = "<tr><th>What</th><th>Quantity</th><th>Amount</th></tr>"
    body = (
        f"{alert(message)}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
        f"<p>Total: {money(invoice['total'], invoice['currency'])}. To pay:"
        f" <strong>{money(invoice['amount_remaining'], invoice['currency'])}</strong></p>"
    )
    if invoice["status"] == "open":
        pay = '<button type="submit">Pay</button>'
        body += f'<form method="post">{cards(OFFERED[0])}{pay}</form>'
    return page(f"Invoice {invoice['number']}: {invoice['status']}", body)


def cards(picked: str) -> str:
    """The choice of a card, by name."""
    rows = "".join(
        f'<label><input type="radio" name="card" required value="{name}"'
        f"{' checked' if name == picked else ''}> {escape(CARDS[name].name)}"
        f" (ends in {CARDS[name].last4})</label>"
        for name in OFFERED
    )
    return f"<fieldset><legend>Card for tests</legend>{rows}</fieldset>"


def gone_page() -> str:
    """A page that is over, or never was."""
    return page("This page has expired", "<p>Go back to where you came from and begin again.</p>")


def _bought(session: Document) -> str:
    items = session["_line_items"]
    if not items:
        return ""
    rows = "".join(
        f"<tr><td>{escape(each['description'])}</td><td>{each['quantity'] or ''}</td>"
        f"<td>{money(each['amount_total'], each['currency'])} / "
        f"{each['price']['recurring']['interval']}</td></tr>"
        for each in items
    )
    total = money(session["amount_total"], session["currency"])
    return (
        "<table><thead><tr><th>What</th><th>Quantity</th><th>Price</th></tr></thead>"
        f"<tbody>{rows}</tbody></table><p>Due today: <strong>{total}</strong></p>"
    )


def _text(name: str, label: str, value: str, kind: str = "text") -> str:
    required = " required" if kind == "email" else ""
    auto = ' autocomplete="email"' if kind == "email" else ""
    return (
        f'<label>{label} <input type="{kind}" name="{name}" value="{escape(value)}"'
        f"{required}{auto}></label>"
    )


def alert(why: str) -> str:
    """The message at the top of a page."""
    return f'<p class="alert" role="alert">{escape(why)}</p>' if why else ""
