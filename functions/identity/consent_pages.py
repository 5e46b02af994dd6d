"""The pages on which a person lets a client in, or does not."""

from collections.abc import Iterable
from html import escape
from urllib.parse import parse_qsl

from functions.identity.pages import in_words, whole_page
from functions.identity.rules.authorization import ConsentRequest, OfferedAgent
from functions.identity.rules.client import host_of

_TITLE = "Let a program act for you"
_AS_AGENT = (
    "<p>It acts as the agent that you choose, within that agent's rights and never with yours: what"
    " needs a person's approval waits for one, and you are named as whoever let it in. It may do so"
    " until you revoke it, or for 30 days.</p>"
)
_NO_AGENT = (
    "<p role='alert'>There is no agent that you may let it act as. An agent must serve and have a"
    " right to tools, and your roles must let you start runs where it lies:"
    " docs/guides/govern-the-agent-you-already-have.md shows how to get one. Deny this, and begin"
    " again at the program once there is one.</p>"
)


def consent_page(asked: ConsentRequest, form_token: str) -> str:
    """The question whether a client may act for the person who is signed in, and in which tenant;
    where it is to act as an agent, as which one. The host is what the person can trust: the name is
    the client's own word."""
    if asked.resource.acts_as_agent:
        return _page(asked, _AS_AGENT + _form(asked, form_token, _agents(asked)))
    allowed = f"<p>It may then, until you revoke it or for 30 days:</p>{in_words(asked.scopes)}"
    choices = f"<p>In the tenant:</p>{_tenants(asked)}"
    return _page(asked, allowed + _form(asked, form_token, choices))


def tenant_page(asked: ConsentRequest) -> str:
    """The question in which tenant the client is to act as an agent; the next page asks as
    which."""
    fields = "".join(
        f"<input type='hidden' name='{escape(name)}' value='{escape(value)}'>"
        for name, value in parse_qsl(asked.request.written())
    )
    return _page(
        asked,
        "<form method='get' action='/consent'><p>In which tenant does it act as an agent?</p>"
        f"{_tenants(asked)}{fields}<button>Continue</button></form>",
    )


def _page(asked: ConsentRequest, body: str) -> str:
    host, back = host_of(asked.request.client_id), host_of(asked.request.redirect_uri)
    name = f"<b>{escape(asked.document.name)}</b>, from " if asked.document.name else ""
    return whole_page(
        _TITLE,
        f"<p>A program that calls itself {name or 'nothing, from '}<b>{escape(host)}</b>, asks to "
        f"act for you at <b>{escape(asked.request.resource)}</b>. Allow it only if you started this"
        f" there.</p><p>Afterwards your browser goes to <b>{escape(back)}</b>.</p>{body}",
    )


def _form(asked: ConsentRequest, form_token: str, choices: str) -> str:
    allow = "<button name='decision' value='allow'>Allow</button> "
    return (
        f"<form method='post' action='/consent'>{choices or _NO_AGENT}"
        f"<input type='hidden' name='request' value='{escape(asked.request.written())}'>"
        f"<input type='hidden' name='form' value='{escape(form_token)}'>{allow if choices else ''}"
        "<button name='decision' value='deny' formnovalidate>Deny</button></form>"
    )


def _tenants(asked: ConsentRequest) -> str:
    return _choices(
        "tenant", ((each.tenant_id, f"{each.name} ({each.slug})") for each in asked.tenants)
    )


def _agents(asked: ConsentRequest) -> str:
    """The agents of the one tenant; nothing where there is none."""
    if not asked.agents:
        return ""
    (tenant,) = asked.tenants
    choices = _choices("agent", ((each.agent_id, _named(each)) for each in asked.agents))
    return (
        f"<p>As which agent of {escape(tenant.name)} ({escape(tenant.slug)})?</p>{choices}"
        f"<input type='hidden' name='tenant' value='{escape(tenant.tenant_id)}'>"
    )


def _named(agent: OfferedAgent) -> str:
    return f"{agent.name}, in {agent.workspace}" if agent.workspace else agent.name


def _choices(name: str, values: Iterable[tuple[str, str]]) -> str:
    """One of several, by its value; the only one is chosen."""
    all = list(values)
    checked = " checked" if len(all) == 1 else ""
    return "<ul>{}</ul>".format(
        "".join(
            f"<li><label><input type='radio' name='{name}' value='{escape(value)}' required"
            f"{checked}> {escape(shown)}</label></li>"
            for value, shown in all
        )
    )
