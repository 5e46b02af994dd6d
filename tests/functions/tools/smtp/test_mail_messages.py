"""Where relays may be, who may be sent mail, and what a mail is made of."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.mail import MailSettings
from functions.tools.http.requests import NotSendable
from functions.tools.smtp.messages import compose
from shared.kit.public_addresses import NotCallable
from shared.mail.addresses import WrongAddress, allows, sent_address, wrong_pattern
from shared.mail.mail import Mail
from shared.mail.relays import Relay
from tests.functions.tools.smtp.conftest import AT, MAIL, SETTINGS


def composed(settings: MailSettings = SETTINGS, **arguments: Any) -> Mail:
    return compose(settings, {**MAIL, **arguments}, call_id="inv_1", at=AT)


def read(mail: Mail) -> EmailMessage:
    message = email.message_from_bytes(mail.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtps://mail.example.com", Relay("mail.example.com", 465, "tls")),
        ("smtps://mail.example.com:465/", Relay("mail.example.com", 465, "tls")),
        ("smtp://mail.example.com", Relay("mail.example.com", 587, "starttls")),
        ("smtp://93.184.215.14:587", Relay("93.184.215.14", 587, "starttls")),
        # This machine, without a local platform: the guard refuses the address later.
        ("smtp://127.0.0.1", Relay("127.0.0.1", 587, "starttls")),
    ],
)
def test_a_relay_is_called_over_tls_at_its_port(url: str, relay: Relay) -> None:
    assert Relay.read(url) == relay


@pytest.mark.parametrize(
    "url",
    [
        *("smtp://mail.example.com:25", "smtps://mail.example.com:587", "smtp://mail:587"),
        *("smtp://127.1", "smtp://0x7f000001", "smtp://2130706433", "smtp://localhost"),
        *("smtp://user@mail.example.com", "smtp://user:pass@mail.example.com", "smtp://"),
        *("https://mail.example.com", "smtp://mail.example.com/path", "SMTP://mail.example.com"),
        *("smtp://mail.example.com:465", "smtp://Mail.example.com", "smtp://127.0.0.1:2525"),
        *("smtp://mail.example.com\n", "smtps://[::1", "smtp://mail.example.com:99999"),
    ],
)
def test_what_is_no_relay_of_the_internet_is_refused(url: str) -> None:
    with pytest.raises(NotCallable):
        Relay.read(url)


def test_a_local_platform_reaches_relays_of_this_machine_without_tls() -> None:
    local = Relay.read("smtp://127.0.0.1:2525", may_be_loopback=True)
    assert local == Relay("127.0.0.1", 2525, "none")
    assert Relay.read("smtp://localhost:2525", may_be_loopback=True).is_loopback
    for other in ("smtp://mail.example.com:2525", "smtps://127.0.0.1:2525"):
        with pytest.raises(NotCallable):
            Relay.read(other, may_be_loopback=True)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Ada.Love+1@Clinic.Example", "Ada.Love+1@clinic.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("o'neill@clinic.example", "o'neill@clinic.example"),
    ],
)
def test_an_address_is_sent_as_relays_read_it(written: str, sent: str) -> None:
    assert sent_address(written) == sent


@pytest.mark.parametrize(
    "written",
    [
        *(
            "ada",
            "@clinic.example",
            "ada@",
            "ada@clinic",
            "Ada <ada@clinic.example>",
            "a b@c.example",
        ),
        *("ada@clinic.example,eve@evil.example", "eve%evil.example@clinic.example"),
        *("evil.example!eve@clinic.example", '"ada"@clinic.example', "ada@clinic.example\r\nDATA"),
        *("a..b@clinic.example", ".a@clinic.example", "ädä@clinic.example", "ada@[127.0.0.1]"),
        *(
            "ada@127.0.0.1",
            f"{'a' * 65}@clinic.example",
            "ada@ⓔvil.example",
            "ada@a\u200bb.example",
        ),
        *(
            "ada@clinic.example.",
            "ada@-clinic.example",
            "ada@\u2024.example",
            "ada@clinic。example",
        ),
    ],
)
def test_what_relays_may_read_in_two_ways_is_no_address(written: str) -> None:
    with pytest.raises(WrongAddress):
        sent_address(written)


def test_patterns_allow_addresses_domains_or_everybody() -> None:
    assert allows(("*@clinic.example",), "ada@clinic.example")
    assert allows(("Ada@clinic.example",), "ada@clinic.example")
    assert allows(("*",), "eve@evil.example")
    for other in ("eve@evil-clinic.example", "eve@sub.clinic.example", "eve@clinic.example.evil"):
        assert not allows(("*@clinic.example", "ada@partner.example"), other)
    assert wrong_pattern("*@clinic.example") is None
    for wrong in ("*clinic.example", "*@*", "a*@clinic.example", "*@Clinic.example", "clinic"):
        assert wrong_pattern(wrong) is not None


def test_a_mail_says_who_sends_what_to_whom_and_of_which_call_it_is() -> None:
    named = SETTINGS.but(from_name="Die Praxis, täglich")
    mail = composed(named, cc=["Eve@clinic.example", "ada@clinic.example"], subject="Grüße")
    assert (mail.sender, mail.message_id) == ("news@clinic.example", "<inv_1@clinic.example>")
    assert mail.recipients == ("ada@clinic.example", "Eve@clinic.example")
    message = read(mail)
    assert str(message["From"]) == '"Die Praxis, täglich" <news@clinic.example>'
    assert (message["To"], message["Subject"]) == ("ada@clinic.example", "Grüße")
    assert message["Cc"] == "Eve@clinic.example, ada@clinic.example"
    assert message["Date"].datetime == AT
    assert (message["Message-ID"], message["Auto-Submitted"]) == (mail.message_id, "auto-generated")
    assert mail.content.isascii()
    assert composed(named, subject="Grüße").content == composed(named, subject="Grüße").content


def test_attachments_arrive_as_they_were_given_byte_for_byte_the_same_each_time() -> None:
    attachments = [
        {"name": "Zahlen ä.csv", "media_type": "text/csv", "text": "a,ü\n1,2\n"},
        {"name": "dot.png", "media_type": "image/png", "base64": "iVBORw0KGgo="},
    ]
    mail = composed(attachments=attachments)
    assert mail.content == composed(attachments=attachments).content
    first, second = read(mail).iter_attachments()
    assert (first.get_filename(), first.get_content_type()) == ("Zahlen ä.csv", "text/csv")
    sent = first.get_payload(decode=True)
    assert isinstance(sent, bytes)
    assert sent.decode().replace("\r\n", "\n") == "a,ü\n1,2\n"
    assert (second.get_filename(), second.get_content()) == ("dot.png", b"\x89PNG\r\n\x1a\n")


CSV = {"name": "a.csv", "media_type": "text/csv", "text": "a"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"to": ["eve@evil.example"]},
        {"cc": ["eve@evil.example"]},
        {
            "to": [f"a{number}@clinic.example" for number in range(11)],
            "cc": [f"b{number}@clinic.example" for number in range(10)],
        },
        {"subject": "a\r\nBcc: eve@evil.example"},
        {"subject": "a\nBcc: eve@evil.example"},
        {"subject": "a\u2028b"},
        {"subject": "a\x00b"},
        {"text": "a\rb"},
        {"text": "a\x00b"},
        {"text": "a\ud800b"},
        {"attachments": [{**CSV, "name": "a\r\nContent-Type: text/html"}]},
        {"attachments": [{**CSV, "name": "../a.csv"}]},
        {"attachments": [{**CSV, "media_type": "text/html; charset=x"}]},
        {"attachments": [{**CSV, "media_type": "message/rfc822"}]},
        {"attachments": [{**CSV, "media_type": "multipart/mixed"}]},
        {"attachments": [{"name": "a", "media_type": "image/png", "base64": "not base64"}]},
        {"attachments": [{**CSV, "text": "a" * 150_000}] * 5},
    ],
)
def test_what_is_no_mail_that_the_connector_allows_is_not_sent(arguments: Any) -> None:
    with pytest.raises(NotSendable):
        composed(**arguments)


HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version")


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=200))
def test_no_text_adds_a_header_or_a_recipient_or_ends_the_mail(subject: str, text: str) -> None:
    try:
        mail = composed(subject=subject, text=text)
    except NotSendable:
        return
    assert mail.recipients == ("ada@clinic.example",)
    names = {each for each in read(mail) if not each.startswith("Content-")}
    assert names == set(HEADERS)
    # Only the pair ends a line, and each is bounded.
    assert b"\r" not in mail.content.replace(b"\r\n", b"")
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "word",
    [
        "=?utf-8?q?a=0d=0aBcc:_eve@evil.example?=",
        "=?utf-8?q?a=0a=0aanother_text?=",
        "=?utf-8?q?a=0d.=0dMAIL_FROM:?=",
        "=?utf-8?b?YQ0KQmNjOiBlQGUuZXhhbXBsZQ==?=",
        "a =? b",
    ],
)
def test_an_encoded_word_of_others_is_in_no_header(word: str) -> None:
    file = {"name": word.replace("/", ""), "media_type": "text/plain", "text": "a"}
    with pytest.raises(NotSendable):
        composed(subject=word)
    with pytest.raises(NotSendable):
        composed(SETTINGS.but(from_name=word))
    with pytest.raises(NotSendable):
        composed(attachments=[file])
