"""The address of a host that somebody else named, resolved once, whatever the name means a moment
later: every client of the outside opens its sockets to this."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from ipaddress import ip_address

from shared.kit.public_addresses import is_public

# A name server that never answers holds a thread for longer than we wait. These are its own, so
# that it stops other calls to the outside at most.
NAME_THREADS = 8


class NotOutside(Exception):
    """The host is not of the kind that may be called. Its text goes on after the subject that the
    caller names, such as "the issuer"."""


async def address_of(host: str, port: int, *, is_loopback: bool) -> str:
    """The address to call, of all that the host has now: each of them must be one of the public
    internet or, where it `is_loopback`, of this machine. Raises NotOutside, and OSError where
    nobody has the name."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_name_threads(), _resolved, host, port)
    addresses = [ip_address(each) for each in found]
    # A name for this machine is called without TLS, and may not mean another one.
    are_right = all(each.is_loopback if is_loopback else is_public(each) for each in addresses)
    if not addresses or not are_right:
        raise NotOutside("is not at an address of the public internet")
    return str(addresses[0])


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(each[4][0]) for each in found]


@cache
def _name_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(NAME_THREADS, "names-outside")
