"""Where a relay is, decided from the text of its address alone."""

import re
from ipaddress import ip_address
from typing import Literal, NamedTuple, Self

from shared.kit.public_addresses import NotCallable, is_host

TLS_PORT, STARTTLS_PORT = 465, 587
_ADDRESS = re.compile(r"(smtps?)://(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::([0-9]{1,5}))?/?")
_PORTS = {"smtps": TLS_PORT, "smtp": STARTTLS_PORT}


class Relay(NamedTuple):
    """A relay that strangers may name. Nothing is sent before TLS stands: from the first byte, or
    after `STARTTLS`; without it only to this machine, where the platform is a local one."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]

    @property
    def is_loopback(self) -> bool:
        """Whether it must be at an address of this machine."""
        return self.security == "none"

    @classmethod
    def read(cls, url: str, *, may_be_loopback: bool = False) -> Self:
        """The relay at `smtps://host` (port 465), or at `smtp://host` (port 587).
        `may_be_loopback`: `smtp://127.0.0.1` at any port is taken too. Raises NotCallable."""
        found = _ADDRESS.fullmatch(url)
        if found is None:
            raise NotCallable("must be smtps://host for port 465, or smtp://host for port 587")
        scheme, host, written = found[1], found[2], found[3]
        port = int(written or _PORTS[scheme])
        is_loopback = may_be_loopback and scheme == "smtp" and _is_this_machine(host)
        if not is_host(host, is_loopback=is_loopback):
            raise NotCallable("needs an address that names a host of the internet")
        if is_loopback and 0 < port < 65_536:
            return cls(host.strip("[]"), port, "none")
        if port != _PORTS[scheme]:
            raise NotCallable(f"must be at port {_PORTS[scheme]}, as {scheme} is")
        return cls(host.strip("[]"), port, "tls" if scheme == "smtps" else "starttls")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
