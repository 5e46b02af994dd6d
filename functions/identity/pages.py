"""The pages for people: plain HTML without styles or images; `scripts.py` has the only scripts."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode, urlsplit

from functions.identity.rules.device_grant import DeviceGrant, shown
from functions.identity.scripts import SIGN_IN

# A page runs and loads nothing, sends its forms to this site only, and is shown in no frame.
POLICY = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
SIGN_IN_POLICY = f"{POLICY}; {SIGN_IN.policy}"

# What each scope of a client or a device allows, in words for people.
IN_WORDS = {
    "agents:read": "read your agents and their history",
    "agents:write": "propose and change agents, which people then decide about",
    "approvals:read": "read approvals and their reasons",
    "approvals:request": "ask for approvals, and never decide one",
    "approvals:write": "ask for approvals, and decide those that your roles let you decide",
    "audit:read": "read the audit log",
    "audit:write": "export the audit log",
    "billing:read": "read your tenant's plan, quotas and credits, and its invoices as an admin",
    "billing:write": "buy, change and end what your tenant pays for, as an admin",
    "capsules:read": "read capsules and plans",
    "capsules:write": "write capsules, and compile and rehearse plans",
    "governance:read": "read who governs, and by which rules",
    "governance:write": "govern: decide, and change precedents and policies, as your roles allow",
    "identity:read": "read who you are, your sessions, and your tenants' members",
    "identity:write": "change what is yours, and members, keys and tenants as your roles allow",
    "knowledge:read": "search the documents that you may read, and what is remembered",
    "knowledge:write": "add and remove documents, and what is remembered",
    "models:read": "read which models there are, and where their calls go",
    "models:write": "call models, which costs your tenant money",
    "policies:read": "read policies and what they decided",
    "policies:write": "write policies, which people then decide about",
    "runs:read": "read runs, what they did and what they spent",
    "runs:write": "start, stop and undo runs, in which your agents act",
    "scim:read": "read the directory of your company",
    "scim:write": "add and remove people of your company",
    "tools:write": "call the tools of one agent, as far as that agent may",
    "usage:read": "read what your tenant used",
    "usage:write": "tell what was used of your tenant's own meters",
    "veto:execute": "veto",
}


def sign_in_page(providers: Iterable[tuple[str, str]], return_to: str) -> str:
    """The choice of providers, each as (name, title)."""
    links = "".join(
        f"<li><a href='/v1/auth/start?{escape(_start(name, return_to))}'>"
        f"Sign in with {escape(title)}</a></li>"
        for name, title in providers
    )
    listed = f"<ul>{links}</ul>" if links else ""
    company = (
        "<form method='get' action='/v1/auth/start'>"
        f"<input type='hidden' name='return_to' value='{escape(return_to)}'>"
        "<label>Your address at work: "
        "<input name='mail' type='email' required maxlength='320'></label> "
        "<button>Sign in at your company</button></form>"
    )
    # The script shows it where the browser knows passkeys.
    passkey = (
        f"<form id='passkey' hidden data-return-to='{escape(return_to)}'>"
        "<button>Sign in with a passkey</button> <span role='status' aria-live='polite'></span>"
        "</form>"
    )
    return whole_page("Sign in to Assent", f"{passkey}{listed}{company}{SIGN_IN.element}")


def signed_in_page(device: str) -> str:
    """What a person sees who is signed in and was going nowhere."""
    return whole_page(
        "You are signed in",
        "<ul><li><a href='/passkeys'>Passkeys</a></li>"
        "<li><a href='/device'>Connect a device</a></li></ul>"
        "<p>A tenant, colleagues and keys: docs/guides/sign-up.md shows the calls.</p>"
        "<form method='post' action='/v1/auth/logout'><button>Sign out</button></form>"
        f"<p>Signed in from: {escape(device)}</p>",
    )


def code_page(problem: str = "") -> str:
    """The question for the code that a device shows."""
    return whole_page(
        "Connect a device",
        _problem(problem) + "<form method='get' action='/device'>"
        "<label>The code that the device shows: "
        "<input name='user_code' required autofocus autocomplete='off' maxlength='20'></label> "
        "<button>Continue</button></form>",
    )


def device_page(grant: DeviceGrant, form_token: str) -> str:
    """The question whether a device may act for the person who is signed in."""
    code = shown(grant.user_code)
    return whole_page(
        "Connect a device",
        f"<p>A program that calls itself <b>{escape(grant.client_name)}</b> shows the code "
        f"<b>{escape(code)}</b>. Allow it only if you started it and it shows this code.</p>"
        "<p>It may then act as you, in each tenant that you belong to:</p>"
        f"{in_words(grant.scope.split())}"
        "<form method='post' action='/v1/auth/device/decision'>"
        f"<input type='hidden' name='user_code' value='{escape(code)}'>"
        f"<input type='hidden' name='form' value='{escape(form_token)}'>"
        "<button name='decision' value='allow'>Allow</button> "
        "<button name='decision' value='deny'>Deny</button></form>",
    )


def policy_for(redirect_uri: str) -> str:
    """The policy of that page: its form may lead on to the client, and nowhere else. Policies have
    no word for an address of IPv6, so there the form may lead to any address without encryption."""
    parts = urlsplit(redirect_uri)
    place = "http:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"
    return POLICY.replace("form-action 'self'", f"form-action 'self' {place}")


def message_page(title: str, text: str) -> str:
    """What a person is told, with nothing to do."""
    return whole_page(title, f"<p>{escape(text)}</p>")


def refusal_page(title: str, detail: str) -> str:
    """A refusal, and the way to begin again."""
    return whole_page(title, f"{_problem(detail)}<p><a href='/signin'>Sign in</a></p>")


def in_words(scopes: Iterable[str]) -> str:
    """What the scopes allow, as a list."""
    each = (f"<li>{escape(IN_WORDS[name])} ({escape(name)})</li>" for name in sorted(scopes))
    return f"<ul>{''.join(each)}</ul>"


def _start(name: str, return_to: str) -> str:
    return urlencode({"provider": name, "return_to": return_to})


def _problem(text: str) -> str:
    return f"<p role='alert'>{escape(text)}</p>" if text else ""


def whole_page(title: str, body: str) -> str:
    """A document with the title as its heading; `body` is HTML."""
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title></head><body><main><h1>{escape(title)}</h1>"
        f"{body}</main></body></html>"
    )
