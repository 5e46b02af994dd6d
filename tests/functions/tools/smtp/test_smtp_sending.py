"""Relays that take mail, refuse it, fail, fall silent, and lie."""

import asyncio
import base64
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from emulators.mailbox import SECRET, USER, Mailbox
from emulators.ports import HOST, free_port
from functions.tools.http.outcomes import NeverSent, Refused, Unknown
from functions.tools.http.targets import Bearer, Credential
from functions.tools.smtp import send
from shared.mail.outcomes import NotFor, Taken
from tests.certificates import trusted
from tests.functions.tools.smtp.conftest import (
    CREDENTIAL,
    Received,
    Relay,
    Said,
    definition,
)


def password(secret: str) -> Credential:
    return replace(CREDENTIAL, secret=SecretStr(secret))


Saying = Callable[[Said], Awaitable[Relay]]
ID = "<inv_1@clinic.example>"


async def test_a_mail_is_received_once_by_those_whom_it_names(mailbox: Received) -> None:
    text = ".\n..\nend\n.\n"
    outcome = await mailbox.send(cc=["eve@clinic.example"], text=text)
    assert outcome == Taken(ID, ("ada@clinic.example", "eve@clinic.example"), ())
    (mail,) = await mailbox.mails()
    assert (mail["from"], mail["message_id"]) == ("news@clinic.example", ID)
    assert mail["recipients"] == ["ada@clinic.example", "eve@clinic.example"]
    assert mail["text"].replace("\r\n", "\n") == text


async def test_those_whom_the_relay_refuses_are_named_and_the_others_get_the_mail(
    mailbox: Received,
) -> None:
    to = ["nobody@clinic.example", "ada@clinic.example", "full@clinic.example"]
    outcome = await mailbox.send(to=to)
    assert isinstance(outcome, Taken)
    assert outcome.accepted == ("ada@clinic.example",)
    assert outcome.refused == (
        NotFor(to[0], 550, "5.1.1 nobody@clinic.example: there is nobody of that name"),
        NotFor(to[2], 452, "4.2.2 mailbox full"),
    )
    (mail,) = await mailbox.mails()
    assert mail["recipients"] == ["ada@clinic.example"]


async def test_a_mail_that_the_relay_refuses_was_not_sent(mailbox: Received) -> None:
    nobody = await mailbox.send(to=["nobody@clinic.example"])
    assert isinstance(nobody, Refused)
    assert nobody.reason == "the relay refused all recipients (550)"
    full = await mailbox.send(to=["full@clinic.example"])
    assert full == NeverSent(reason="the relay refused all recipients (452)")
    await mailbox.fail(deny=1)
    spam = Refused(reason="the relay refused the mail (554)", detail="5.7.1 it looks like spam")
    assert await mailbox.send() == spam
    await mailbox.fail(busy=1)
    assert await mailbox.send() == NeverSent(reason="the relay refused the mail (451)")
    assert await mailbox.mails() == []


async def test_a_relay_that_breaks_off_after_the_mail_leaves_doubt(mailbox: Received) -> None:
    await mailbox.fail(cut=1)
    assert isinstance(await mailbox.send(), Unknown)
    assert len(await mailbox.mails()) == 1


async def test_a_relay_that_never_answers_is_left_after_the_seconds_of_a_call(
    mailbox: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "WITHIN_SECONDS", 0.5)
    await mailbox.fail(hang=1)
    began = time.monotonic()
    assert isinstance(await mailbox.send(), Unknown)
    assert time.monotonic() - began < 5


async def test_a_relay_that_drips_is_left_too_and_surely_has_no_mail(
    saying: Saying, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drips(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"220-welcome\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    monkeypatch.setattr(send, "WITHIN_SECONDS", 0.5)
    assert isinstance(await (await saying(drips)).send(), NeverSent)


async def test_a_relay_that_says_more_than_it_may_is_left(saying: Saying) -> None:
    async def floods(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _number in range(10_000):
            writer.write(b"220-" + b"x" * 1_000 + b"\r\n")
            await writer.drain()

    assert isinstance(await (await saying(floods)).send(), NeverSent)


@pytest.mark.parametrize(
    ("last", "is_known"),
    [(b"250 taken\r\n", True), (b"251 hm\r\n", False), (b"nonsense\r\n", False), (b"", False)],
)
async def test_only_the_answer_that_says_so_means_that_the_mail_was_taken(
    saying: Saying, last: bytes, is_known: bool
) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        for answer in (b"250 relay", b"250 ok", b"250 ok", b"354 go on"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(last)
        await writer.drain()

    outcome = await (await saying(relay)).send()
    assert isinstance(outcome, Taken if is_known else Unknown)


async def test_a_relay_that_quotes_the_password_does_not_get_it_into_the_outcome(
    saying: Saying,
) -> None:
    async def quotes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        await reader.readline()
        writer.write(b"250-relay\r\n250 AUTH PLAIN\r\n")
        line = (await reader.readline()).split()[-1]
        said = base64.b64decode(line).split(b"\0")[-1]
        writer.write(b"535 " + said + b" and " + line + b"\r\n")
        await writer.drain()

    relay = (await saying(quotes)).but(credential="relay")
    outcome = await relay.send()
    assert isinstance(outcome, Refused)
    assert outcome.reason == "the relay does not take the credential (535)"
    plain = base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode().rstrip("=")
    assert SECRET not in str(outcome)
    assert plain not in str(outcome)


async def test_a_credential_that_no_relay_takes_is_refused_before_anything_is_sent(
    mailbox: Received,
) -> None:
    for refused in (
        await mailbox.send(auth=Bearer()),
        await mailbox.send(credential=None),
        await mailbox.send(credential=password("pass\r\nword")),
    ):
        assert isinstance(refused, Refused)
    wrong = await mailbox.send(credential=password("wrong"))
    assert isinstance(wrong, Refused)
    assert wrong.reason == "the relay does not take the credential (535)"


async def test_a_relay_that_is_not_there_had_no_mail() -> None:
    relay = Relay(definition(f"smtp://{HOST}:{free_port()}", HOST))
    assert isinstance(await relay.send(), NeverSent)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_goes_over_tls_whose_certificate_is_of_the_relays_name(
    security: str, tmp_path: Path, leads_to: Callable[..., list[tuple[str, int]]]
) -> None:
    box = Mailbox(tmp_path / "mails.db")
    with trusted(tmp_path, "relay.example") as serving:
        loop = asyncio.get_running_loop()
        of_it = serving if security == "tls" else None
        begins = None if security == "tls" else serving
        server = await loop.create_server(lambda: box.protocol(begins), HOST, 0, ssl=of_it)
        gone = leads_to(server.sockets[0].getsockname()[1])
        scheme, port = ("smtps", 465) if security == "tls" else ("smtp", 587)
        named = Relay(definition(f"{scheme}://relay.example", "relay.example"), False)
        assert isinstance(await named.send(), Taken)
        other = Relay(definition(f"{scheme}://other.example", "other.example"), False)
        refused = await other.send()
        assert refused == NeverSent(reason="TLS with the relay failed")
        assert gone == [("93.184.215.14", port)] * 2
        server.close()


async def test_nothing_is_said_to_a_relay_that_does_not_begin_tls(
    tmp_path: Path, leads_to: Callable[..., list[tuple[str, int]]]
) -> None:
    box = Mailbox(tmp_path / "mails.db")
    server = await asyncio.get_running_loop().create_server(box.protocol, HOST, 0)
    leads_to(server.sockets[0].getsockname()[1])
    plain = Relay(definition("smtp://relay.example", "relay.example"), False)
    outcome = await plain.send()
    assert isinstance(outcome, Refused)
    assert "does not offer TLS" in outcome.reason
    server.close()


async def test_what_is_sent_before_tls_counts_for_nothing_after_it(
    saying: Saying, tmp_path: Path, leads_to: Callable[..., list[tuple[str, int]]]
) -> None:
    """Answers that were put before the handshake are no answers of the relay (CVE-2021-38371)."""

    async def smuggles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        await reader.readline()
        writer.write(b"250-relay\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(
            b"220 go on\r\n250 relay\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken\r\n"
        )
        await writer.drain()

    relay = await saying(smuggles)
    leads_to(int(relay.connector.url.rpartition(":")[2]))
    public = Relay(definition("smtp://relay.example", "relay.example"), False)
    assert isinstance(await public.send(), NeverSent)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "192.168.0.1"],
)
async def test_a_name_of_an_address_inside_is_not_called(
    address: str, leads_to: Callable[..., list[tuple[str, int]]]
) -> None:
    gone = leads_to(9, "93.184.215.14", address)
    relay = Relay(definition("smtp://relay.example", "relay.example"), False)
    assert await relay.send() == Refused(
        reason="the relay is not at an address of the public internet"
    )
    assert gone == []


async def test_a_host_that_the_connector_does_not_pin_is_not_called(
    leads_to: Callable[..., list[tuple[str, int]]],
) -> None:
    gone = leads_to(9)
    relay = Relay(definition("smtps://relay.example", "other.example"), False)
    assert isinstance(await relay.send(), Refused)
    this = Relay(definition("smtp://127.0.0.1:2525", HOST), False)
    assert isinstance(await this.send(), Refused)
    assert gone == []


def test_the_certificates_are_checked() -> None:
    from shared.runtime.certificates import trusted_certificates

    context = trusted_certificates()
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)
