"""Mail of a run: a relay that is registered and activated as every connector, and sends once."""

import uuid
from typing import Any

import pytest

from emulators.mailbox import SECRET, USER
from tests.functions.tools.connecting import Desk, call
from tests.functions.tools.worlds import Call, World

SEND = "mail/messages.send"
OTHER = {"name": "messages.send", "method": "GET", "path": "/", "input_schema": {}}
SETTINGS = {"from_address": "news@clinic.example", "recipients": ["*@clinic.example"]}


class Relays(Desk):
    """People of a tenant at its relay."""

    async def credential(self, secret: str = SECRET, **changed: Any) -> Any:
        body = {"kind": "basic", "hosts": ["127.0.0.1"], "user": USER, "secret": secret, **changed}
        return await self.sent("PUT", "/v1/credentials/relay", body)

    async def mailbox(self, subject: str = "") -> Any:
        url = f"{self.world.targets}/mail"
        async with self.world.http.get(url, params={"subject": subject}) as answer:
            return await answer.json()

    async def body(self, **changed: Any) -> dict[str, Any]:
        url = (await self.mailbox())["url"]
        relay = {"kind": "smtp", "url": url, "credential": "relay", "mail": SETTINGS}
        return {"name": "mail", **relay, **changed}

    async def active(self, **changed: Any) -> Any:
        await self.credential()
        made = await self.sent("POST", "/v1/connectors", await self.body(**changed))
        return await self.activate(made["pin"])

    async def activate(self, pin: str) -> Any:
        return await self.sent("POST", "/v1/connectors/mail/activate", {"pin": pin})

    async def fail(self, **faults: int) -> None:
        url = f"{self.world.targets}/mail/faults"
        async with self.world.http.post(url, json=faults) as answer:
            assert answer.status == 200


@pytest.fixture
def relays(world: World) -> Relays:
    return Relays(world)


def mail(connector: Any, **changed: Any) -> Call:
    said = {"to": ["ada@clinic.example"], "subject": uuid.uuid4().hex, "text": "At eight."}
    return call(SEND, connector, **{**said, **changed})


async def test_a_mail_is_sent_once_and_its_outcome_is_what_the_relay_said(
    world: World, relays: Relays
) -> None:
    connector = await relays.active()
    (operation,) = connector["operations"]
    assert (operation["name"], operation["effect"], operation["undo"]) == (
        "messages.send",
        "send",
        None,
    )
    made = mail(connector, cc=["nobody@clinic.example"])
    first = await world.invoke(made, await world.assented(made))
    assert first["status"] == "confirmed", first
    output = first["output"]["value"]
    assert (output["accepted"], output["refused"][0]["code"]) == (["ada@clinic.example"], 550)
    assert (first["credential"], first["target_labels"]) == ("relay", ["from:mail", "untrusted"])
    assert await world.invoke(made, await world.assented(made)) == first
    (received,) = (await relays.mailbox(made.said["subject"]))["items"]
    assert received["message_id"] == output["message_id"] == f"<{made.id}@clinic.example>"


async def test_an_answer_that_was_lost_leaves_doubt_and_no_second_mail(
    world: World, relays: Relays
) -> None:
    made = mail(await relays.active())
    await relays.fail(cut=1)
    answer = await world.invoke(made, await world.assented(made))
    assert answer["status"] == "doubtful", answer
    for again in (False, True):
        token = await world.assented(made)
        assert await world.invoke(made, token, again=again) == answer
    assert len((await relays.mailbox(made.said["subject"]))["items"]) == 1


async def test_a_relay_that_people_say_drops_repeats_gets_the_same_message_again(
    world: World, relays: Relays
) -> None:
    await relays.active()
    said = {"idempotent": {"messages.send": True}}
    changed = await relays.sent("PATCH", "/v1/connectors/mail", said)
    assert changed["status"] == "suspended"
    made = mail(await relays.activate(changed["pin"]))
    await relays.fail(cut=1)
    lost = await world.post(made.body(), await world.assented(made))
    assert lost.status_code == 503
    answer = await world.invoke(made, await world.assented(made))
    assert answer["status"] == "confirmed", answer
    received = (await relays.mailbox(made.said["subject"]))["items"]
    assert [each["message_id"] for each in received] == [f"<{made.id}@clinic.example>"] * 2


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"to": ["eve@evil.example"]}, "to.0: is nobody whom the connector may send mail to"),
        ({"subject": "a\r\nBcc: eve@evil.example"}, "subject: must be one line of visible"),
        ({"bcc": ["eve@evil.example"]}, "the arguments are not what the operation takes"),
        ({"to": ["nobody@clinic.example"]}, "the relay refused all recipients (550)"),
    ],
)
async def test_what_the_relay_is_not_for_is_refused_and_not_sent(
    world: World, relays: Relays, changed: Any, reason: str
) -> None:
    made = mail(await relays.active(), **changed)
    answer = await world.invoke(made, await world.assented(made))
    assert answer["status"] == "refused", answer
    assert answer["reason"].startswith(reason)
    assert (await relays.mailbox(made.said["subject"]))["items"] == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mail": None}, "mail"),
        ({"operations": []}, "operations"),
        ({"operations": [OTHER]}, "operations"),
        ({"mail": {**SETTINGS, "from_address": "News <news@clinic.example>"}}, "mail.from_address"),
        ({"mail": {**SETTINGS, "from_address": "news@Clinic.example"}}, "mail.from_address"),
        ({"mail": {**SETTINGS, "recipients": []}}, "mail.recipients"),
        ({"mail": {**SETTINGS, "recipients": ["*clinic.example"]}}, "mail.recipients.0"),
        ({"mail": {**SETTINGS, "from_name": "a\r\nBcc: eve@evil.example"}}, "mail.from_name"),
        ({"url": "smtp://mail.example.com:25"}, "url"),
        ({"url": "https://mail.example.com"}, "url"),
        ({"hosts": ["other.example"]}, "hosts"),
        ({"name": "calendar"}, "name"),
        ({"kind": "http", "url": "https://mail.example.com"}, "mail"),
        ({"kind": "mcp", "url": "https://mail.example.com"}, "mail"),
    ],
)  # fmt: skip
async def test_what_is_no_relay_is_not_registered_and_the_answer_says_why(
    relays: Relays, changed: Any, field: str
) -> None:
    answer = await relays.send("POST", "/v1/connectors", await relays.body(**changed))
    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["errors"]], answer.text


async def test_what_mail_does_is_nobodys_word_and_its_settings_are_in_the_pin(
    relays: Relays,
) -> None:
    connector = await relays.active()
    for words in (
        {"effects": {"messages.send": "draft"}},
        {"undos": {"messages.send": {"operation": "messages.send", "arguments": {}}}},
        {"operations": [OTHER]},
    ):
        answer = await relays.send("PATCH", "/v1/connectors/mail", words)
        assert answer.status_code == 422, answer.text
    wider = {"mail": {**SETTINGS, "recipients": ["*"]}}
    changed = await relays.sent("PATCH", "/v1/connectors/mail", wider)
    assert changed["pin"] != connector["pin"]
    (difference,) = changed["differences"]
    assert (changed["status"], difference["fields"]) == ("suspended", ["mail"])
    refused = await relays.send("POST", "/v1/connectors/mail/refresh")
    assert refused.status_code == 422


async def test_a_relay_takes_a_password_and_no_other_credential(relays: Relays) -> None:
    bearer = {"kind": "bearer", "hosts": ["127.0.0.1"], "secret": SECRET}
    await relays.sent("PUT", "/v1/credentials/relay", bearer)
    answer = await relays.send("POST", "/v1/connectors", await relays.body())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "credential")
