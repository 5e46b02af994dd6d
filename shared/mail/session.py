"""One conversation with a relay (RFC 5321), in a thread of its own."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from typing import Any, BinaryIO

from shared.kit.outcomes import NeverSent, Refused, Unknown
from shared.mail.addresses import domain_of
from shared.mail.mail import Login, Mail
from shared.mail.outcomes import MailOutcome, NotFor, Taken
from shared.mail.relays import Relay

# All that a relay may say in a conversation.
MOST_REPLIED_BYTES = 64 * 1024
LONGEST_REPLY = 300
CONNECTED_WITHIN_SECONDS = 3.0
_DONE, _GO_ON, _LATER, _NEVER = 250, 354, range(400, 500), range(500, 600)
_LEADING_DOT = re.compile(rb"(?m)^\.")


class _NotTaken(Exception):
    """The relay said no to a step of the conversation, or to the mail: it did not take it."""

    def __init__(self, what: str, code: int, said: bytes) -> None:
        super().__init__(what)
        self.what, self.code, self.said = what, code, said

    @property
    def outcome(self) -> Refused | NeverSent:
        """What became of the mail; the relay's code says whether it may be tried again."""
        reason = f"{self.what} ({self.code})"
        if self.code in _NEVER:
            return Refused(reason=reason, detail=_words(self.said))
        return NeverSent(reason=reason)


class Session:
    """One mail on its way. `abort` ends it from another thread; `send` answers then too."""

    def __init__(
        self,
        relay: Relay,
        address: str,
        mail: Mail,
        login: Login | None,
        context: ssl.SSLContext,
        *,
        seconds: float,
    ) -> None:
        self._relay, self._mail, self._login = relay, mail, login
        self._context = context
        self._smtp = _Smtp(relay, address, context, domain_of(mail.sender), seconds)
        # From here on the relay may have the mail.
        self._was_sent = False

    def send(self) -> MailOutcome:
        """What became of the mail. Raises nothing."""
        try:
            return self._sent()
        except _NotTaken as error:
            return error.outcome
        except smtplib.SMTPNotSupportedError:
            return Refused(reason="the relay does not offer TLS, or does not let anybody log in")
        except smtplib.SMTPAuthenticationError as error:
            told = _NotTaken("the relay does not take the credential", *_reply_of(error))
            return told.outcome
        except ssl.SSLError:
            return self._broken("TLS with the relay failed")
        except (OSError, smtplib.SMTPException, ValueError):
            return self._broken("the relay cannot be reached, or broke off")
        finally:
            self._smtp.close()

    def abort(self) -> None:
        """Ends whatever it waits for."""
        self._smtp.abort()

    def _sent(self) -> MailOutcome:
        smtp, mail = self._smtp, self._mail
        opened = smtp.connect(self._relay.host, self._relay.port)
        _expect("the relay takes no connection", 220, opened)
        smtp.ehlo_or_helo_if_needed()
        if self._relay.security == "starttls":
            smtp.begin_tls()
            smtp.ehlo_or_helo_if_needed()
        if self._login is not None:
            smtp.login(self._login.user, self._login.password.get_secret_value())
        options = [f"SIZE={len(mail.content)}"] if smtp.has_extn("size") else []
        _expect("the relay refused the sender", _DONE, smtp.mail(mail.sender, options))
        accepted, refused = self._recipients()
        _expect("the relay takes no mail", _GO_ON, smtp.docmd("DATA"))
        self._was_sent = True
        smtp.send(_LEADING_DOT.sub(b"..", mail.content) + b".\r\n")
        code, said = smtp.getreply()
        if code == _DONE:
            smtp.leave()
            return Taken(mail.message_id, accepted, refused)
        if code in _LATER or code in _NEVER:
            raise _NotTaken("the relay refused the mail", code, said)
        return Unknown(reason=f"the relay answered {code}", status=code)

    def _recipients(self) -> tuple[tuple[str, ...], tuple[NotFor, ...]]:
        """For whom the relay takes the mail, and for whom not. Raises _NotTaken where it takes it
        for nobody."""
        accepted, refused = [], []
        code, said = 0, b""
        for each in self._mail.recipients:
            code, said = self._smtp.rcpt(each)
            if code in (_DONE, 251):
                accepted.append(each)
            else:
                refused.append(NotFor(each, code, _words(said)))
        if not accepted:
            later = next((each.code for each in refused if each.code in _LATER), None)
            told = f"{refused[-1].address}: {refused[-1].detail}".encode()
            raise _NotTaken("the relay refused all recipients", later or code, told)
        return tuple(accepted), tuple(refused)

    def _broken(self, reason: str) -> NeverSent | Unknown:
        if self._was_sent:
            return Unknown(reason="the relay broke off before it had taken the mail")
        return NeverSent(reason=reason)


class _Smtp(smtplib.SMTP):
    """The library's, to an address that was resolved and judged before. It never asks who this
    machine is, and reads a bounded number of bytes."""

    def __init__(
        self, relay: Relay, address: str, context: ssl.SSLContext, named: str, seconds: float
    ) -> None:
        super().__init__(local_hostname=named, timeout=seconds)
        self._relay, self._address, self._tls = relay, address, context
        # The library holds the certificate after STARTTLS against this.
        self._host = relay.host
        self._is_aborted = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((self._address, port), CONNECTED_WITHIN_SECONDS)
        if self._relay.security == "tls":
            sock = self._tls.wrap_socket(sock, server_hostname=host)
        sock.settimeout(timeout)
        return sock

    def begin_tls(self) -> None:
        """Raises what `starttls` raises."""
        assert self.sock is not None
        self.sock.settimeout(CONNECTED_WITHIN_SECONDS)
        self.starttls(context=self._tls)
        self.sock.settimeout(self.timeout)

    def send(self, s: Any) -> None:
        self._go_on()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        self._go_on()
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        return super().getreply()

    def leave(self) -> None:
        """Says goodbye and does not wait for an answer."""
        with suppress(OSError, smtplib.SMTPException):
            self.putcmd("quit")

    def abort(self) -> None:
        """Ends what it waits for, and all that would follow."""
        self._is_aborted = True
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _go_on(self) -> None:
        if self._is_aborted:
            raise OSError("it took too long")


class _Bounded:
    """The replies of a relay, as a file that ends."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, MOST_REPLIED_BYTES

    def readline(self, most: int) -> bytes:
        line = self._file.readline(most)
        self._left -= len(line)
        if self._left < 0:
            raise OSError("the relay says too much")
        return line

    def close(self) -> None:
        self._file.close()


def _expect(what: str, code: int, reply: tuple[int, bytes]) -> None:
    if reply[0] != code:
        raise _NotTaken(what, *reply)


def _reply_of(error: smtplib.SMTPResponseException) -> tuple[int, bytes]:
    said = error.smtp_error
    return error.smtp_code, said if isinstance(said, bytes) else said.encode()


def _words(said: bytes) -> str:
    text = " ".join(said.decode("utf-8", "replace").split())
    return "".join(each for each in text if each.isprintable())[:LONGEST_REPLY]
