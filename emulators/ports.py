"""Ports of the loopback interface."""

import random
import socket
from contextlib import suppress

from emulators.failures import PlatformError, PortTaken

HOST = "127.0.0.1"
# Linux gives those from 32,768 on, macOS and Windows those from 49,152 on.
_GIVEN_TO_NOBODY = range(20_000, 32_000)


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot be handed an open socket; one
    that no system gives to whoever asks for any. Raises PlatformError where none is found."""
    for port in random.sample(_GIVEN_TO_NOBODY, k=50):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise PlatformError(f"no port of {_GIVEN_TO_NOBODY.start} to {_GIVEN_TO_NOBODY.stop} is free")


def port_of(address: str) -> int:
    """The port in `host:port`."""
    return int(address.rpartition(":")[2])


def url_of(listener: socket.socket) -> str:
    """The address of what listens there."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


def page_url(url: str) -> str:
    """The same address as people's browsers must name it: an authenticator makes no passkey for a
    site that is an IP address, and a cookie of one name is not sent to the other."""
    return url.replace(HOST, "localhost")


def listen(port: int = 0) -> socket.socket:
    """A bound, listening socket; port 0 picks a free one. Raises PortTaken, naming the holder."""
    try:
        return _bound(port)
    except PermissionError as error:
        raise PlatformError(f"Port {port} needs privileges; choose one above 1023") from error
    except OSError as error:
        raise PortTaken(
            f"Port {port} is taken{_by_whom(port)}. Stop that program, or choose another port:"
            f" make up PORT={port + 1 if port < 65535 else 8080}"
        ) from error


def listen_again(port: int) -> socket.socket:
    """A listening socket on the port that was used before, if it is free; else on any port."""
    try:
        return _bound(port)
    except OSError:
        return _bound(0)


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _by_whom(port: int) -> str:
    import psutil

    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        try:
            connections = process.net_connections(kind="tcp")
        except (psutil.Error, OSError):
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                command = " ".join(process.info["cmdline"] or [])[:80]
                return f" by {process.info['name']} (process {process.info['pid']}: {command})"
    return ""
