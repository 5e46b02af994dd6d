"""A relay that really receives, as somebody else would run it: what mail is tried with.

Speaks SMTP on a port of its own, beside the server of counters and ledgers. It lets in `assent`
with the password `mail-secret`. Recipients whose name begins with `nobody` are refused (550), with
`full` for now (452). `POST /mail/faults {"cut": 1}` makes the next mails fail: see `FAULTS`;
`GET /mail` shows what was received."""

import asyncio
import email
import json
import sqlite3
import ssl
from collections.abc import AsyncIterator
from email.policy import default
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from emulators.counted_faults import CountedFaults
from emulators.ports import HOST

USER, SECRET = "assent", "mail-secret"
# Who mail of the platform itself is from.
SENDER = "assent@platform.example"
# Before the mail is kept: deny (554), busy (451), hang. After it: cut (no answer).
FAULTS = ("deny", "busy", "hang", "cut")
MOST_BYTES = 1024 * 1024
_TABLE = "CREATE TABLE IF NOT EXISTS mails (sender, recipients, content)"


class Mailbox:
    """All mails that were received, in one file that outlives the process; faults do not."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(_TABLE)
        self._faults = CountedFaults(FAULTS)
        self.port = 0

    async def listening(self, app: web.Application) -> AsyncIterator[None]:
        """Receives mail at a free port while the application serves."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self.protocol, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()

    def protocol(self, tls: ssl.SSLContext | None = None) -> SMTP:
        """One conversation, which begins with `STARTTLS` where there is something to serve TLS
        with. Without it nothing beyond this machine reaches the port."""
        return SMTP(
            self,
            hostname="mailbox.example",
            data_size_limit=MOST_BYTES,
            tls_context=tls,
            require_starttls=tls is not None,
            auth_require_tls=False,
            authenticator=_let_in,
        )

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes a recipient, or says why not."""
        if not session.authenticated:
            return "530 5.7.0 log in first"
        if address.startswith("nobody"):
            return f"550 5.1.1 {address}: there is nobody of that name"
        if address.startswith("full"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keeps the mail, unless a fault says otherwise."""
        if self._faults.takes("deny"):
            return "554 5.7.1 it looks like spam"
        if self._faults.takes("busy"):
            return "451 4.3.2 later"
        if self._faults.takes("hang"):
            await asyncio.sleep(3_600)
        kept = (envelope.mail_from, json.dumps(envelope.rcpt_tos), envelope.content)
        self._database.execute("INSERT INTO mails VALUES (?,?,?)", kept)
        if self._faults.takes("cut") and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 taken"

    async def received(self, request: web.Request) -> web.StreamResponse:
        """The address of the relay, and all mails with `subject` in theirs, in their order."""
        wanted = request.query.get("subject", "")
        rows = self._database.execute("SELECT * FROM mails ORDER BY rowid").fetchall()
        mails = [_shown(*row) for row in rows]
        found = [each for each in mails if wanted in each["subject"]]
        return web.json_response({"url": f"smtp://{HOST}:{self.port}", "items": found})

    async def fail(self, request: web.Request) -> web.StreamResponse:
        """Says how many of the next mails fail, and how."""
        await self._faults.arm(request)
        return self._faults.shown()


def application(mailbox: Mailbox) -> web.Application:
    """What is asked about the mailbox over HTTP."""
    app = web.Application()
    app.router.add_get("", mailbox.received)
    app.router.add_post("/faults", mailbox.fail)
    return app


def _let_in(server: Any, session: Any, envelope: Any, mechanism: str, said: Any) -> AuthResult:
    known = LoginPassword(USER.encode(), SECRET.encode())
    return AuthResult(success=said == known, handled=False)


def _shown(sender: str, recipients: str, content: bytes) -> dict[str, Any]:
    mail = email.message_from_bytes(content, policy=default)
    body = mail.get_body(("plain",))
    return {
        "from": sender,
        "recipients": json.loads(recipients),
        "message_id": mail["Message-ID"],
        "subject": str(mail["Subject"]),
        "headers": {name: str(value) for name, value in mail.items()},
        "text": body.get_content() if body is not None else "",
        "attachments": [
            {"name": each.get_filename(), "media_type": each.get_content_type()}
            for each in mail.iter_attachments()
        ],
    }
