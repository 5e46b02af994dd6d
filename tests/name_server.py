"""A name server with the TXT records that a test says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers over UDP. `records` has the texts of each name; `is_broken` answers SERVFAIL."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.is_broken = self._is_over = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Answers until `stop`."""
        while True:
            wire, client = self._socket.recvfrom(4096)
            if self._is_over:
                self._socket.close()
                return
            self._socket.sendto(self._answer(wire), client)

    def stop(self) -> None:
        """Ends the thread that answers."""
        self._is_over = True
        host, _, port = self.address.rpartition(":")
        self._socket.sendto(b"", (host, int(port)))

    def _answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        question = query.question[0]
        texts = self.records.get(question.name.to_text(omit_final_dot=True))
        if self.is_broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif texts is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT:
            quoted = [f'"{each}"' for each in texts]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
        return answer.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """One that runs until the block ends."""
    server = NameServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join(5)
