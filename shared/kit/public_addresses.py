"""Which addresses of strangers may be called: decided from their text and their numbers alone."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple, Self
from urllib.parse import urlsplit

HTTPS_PORT = 443
_USUAL = {"https": HTTPS_PORT, "http": 80}
LONGEST_URL = 2_000

# Lower case, ASCII, no dot at the end: every program reads these alike.
_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_LONGEST_NAME = 253
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?")
_LOCALHOST = "localhost"

# Public by the tables of Python, though what they lead to is not one public machine: protocol
# assignments, and the relays of 6to4.
_OLD_AND_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
# Only here are public machines. Outside of it are those that a gateway makes an older address of
# (::/96, ::ffff:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48), and all that belong to a site or a link.
_UNICAST = IPv6Network("2000::/3")
# Protocol assignments with Teredo, documentation, 6to4, documentation.
_SPECIAL = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


class NotCallable(ValueError):
    """The address may not be called. Its text goes on after the subject that the caller names."""


class OutsideUrl(NamedTuple):
    """An address that strangers may name, in its parts. Whether the host is public is known when
    it is resolved."""

    scheme: str
    host: str
    port: int
    target: str
    is_loopback: bool

    @classmethod
    def read(cls, url: str, *, may_be_loopback: bool = False) -> Self:
        """The parts of an https address with a host of the internet, at port 443, without user
        and fragment. `may_be_loopback`: also of an http address, which is then for this machine.
        Raises NotCallable."""
        if not is_plain_address(url) or "#" in url or len(url) > LONGEST_URL:
            raise NotCallable(f"needs an address of at most {LONGEST_URL} plain characters")
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise NotCallable("is at no address that can be called") from error
        schemes = ("https", "http") if may_be_loopback else ("https",)
        if parts.scheme not in schemes:
            raise NotCallable("must be at an https address")
        is_loopback = parts.scheme == "http"
        found = _AUTHORITY.fullmatch(parts.netloc.lower())
        if found is None or not is_host(found[1], is_loopback=is_loopback):
            raise NotCallable("needs an address that names a host of the internet and no user")
        port = int(found[2] or _USUAL[parts.scheme])
        if port != HTTPS_PORT and not (is_loopback and 0 < port < 65_536):
            raise NotCallable(f"must be at port {HTTPS_PORT}")
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        return cls(parts.scheme, found[1].strip("[]"), port, target, is_loopback)

    @property
    def authority(self) -> str:
        """The host, with the port where it is not the usual one, as a `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"

    def at(self, literal: str) -> str:
        """The address to call when the host has this one."""
        return f"{self.scheme}://{literal}:{self.port}{self.target}"


def is_plain_address(text: str) -> bool:
    """Whether every program reads the text alike where it stands for an address: printable ASCII,
    without spaces, and without backslashes, which browsers read as slashes."""
    return text.isascii() and text.isprintable() and not {" ", "\\"} & set(text)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is one machine of the public internet, and does not stand for another address."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in each for each in _OLD_AND_SPECIAL)
    if address.scope_id is not None:
        return False
    return address in _UNICAST and not any(address in each for each in _SPECIAL)


def is_host(host: str, *, is_loopback: bool) -> bool:
    """Whether it is a name with a dot or a number in the usual form: `127.1`, `0x7f.1` and
    `2130706433` are names to some programs and numbers to others. `is_loopback`: `localhost` is one
    too."""
    if host == _LOCALHOST:
        return is_loopback
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return is_name(host)
    return host.startswith("[") == (":" in host)


def is_name(host: str) -> bool:
    """Whether it is a name of the internet with a dot, in lower-case ASCII."""
    return len(host) <= _LONGEST_NAME and _NAME.fullmatch(host) is not None
