"""Who may speak to a listener of the platform: programs of this machine, and no web page of anybody
else. A page can make a browser call any address of the loopback; what it cannot do is to change the
headers in which the browser names the host, the page's origin and the kind of request."""

from collections.abc import Sequence

from emulators.gateway.messages import Call
from emulators.gateway.problems import CrossSite, Misdirected
from shared.kit.errors import UnsupportedMediaType

_NAMES = ("localhost", "127.0.0.1", "[::1]")
_OWN_PAGES = frozenset({"same-origin", "none"})


def check_host(hosts: Sequence[str], port: int) -> None:
    """Raises Misdirected unless there is one host, of the loopback, with this port: a page whose
    name was made to resolve to the loopback still sends its own name."""
    if len(hosts) != 1 or not _is_own(hosts[0], port):
        named = " and ".join(repr(host[:80]) for host in hosts) or "no host"
        raise Misdirected(f"this is {_NAMES[0]}:{port}, not {named}: call that address")


def check_caller(call: Call) -> None:
    """Raises CrossSite for a call that a browser makes for a page of another origin, and
    UnsupportedMediaType for a body that is not JSON, which such a page could post unasked."""
    port = int((call.header("host") or "").rpartition(":")[2])
    origin = call.header("origin")
    if origin is not None and not _is_own(origin.removeprefix("http://"), port):
        raise CrossSite(f"a page of {origin[:80]!r} may not control the platform")
    if call.header("sec-fetch-site") not in (None, *_OWN_PAGES):
        raise CrossSite("a page of another site may not control the platform")
    sent = call.header("content-type")
    if (sent is not None or call.body) and not _is_json(sent or ""):
        raise UnsupportedMediaType(
            "a body for the platform is JSON: send it with Content-Type: application/json"
        )


def _is_own(authority: str, port: int) -> bool:
    name, _, number = authority.rpartition(":")
    return name.lower() in _NAMES and number == str(port)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
