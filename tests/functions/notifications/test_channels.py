"""What people say of themselves: channels, mailboxes with their codes, wishes."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from emulators.mailbox import SECRET, USER, Mailbox
from emulators.ports import HOST
from events.deliveries import NotificationRecipientChanged
from functions.notifications.means.mail import RELAY
from functions.notifications.rules.delivery import PREFIX
from functions.notifications.rules.recipient import MOST_CODES
from functions.notifications.service.mailboxes import MOST_FOR_ONE
from shared.kit import clock
from shared.kit.ids import new_id
from shared.storage import secrets
from tests.functions.notifications.worlds import World

NIGHT = {"begin": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}


async def test_wishes_are_kept_and_each_person_has_their_own(world: World) -> None:
    before = await world.sent("GET", "/preferences")
    assert (before["muted"], before["quiet_hours"]) == ([], None)
    wished = {"muted": ["budget_reached", "run_failed"], "quiet_hours": NIGHT}
    said = await world.sent("PUT", "/preferences", wished)
    assert said == {**wished, "push_key": before["push_key"]}
    assert await world.sent("GET", "/preferences") == said
    assert (await world.sent("GET", "/preferences", by="eve"))["muted"] == []
    for body, field in [
        ({"muted": ["everything"]}, "muted.0"),
        ({"quiet_hours": {**NIGHT, "time_zone": "Berlin"}}, "quiet_hours"),
        ({"quiet": NIGHT}, "quiet"),
    ]:
        answer = await world.send("PUT", "/preferences", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await world.send("GET", "/preferences", scopes=("models:read",))).status_code == 403


async def test_channels_lead_where_they_may_and_no_event_has_their_address(world: World) -> None:
    for means, address, said in [
        ("slack", "https://evil.example/services/T0", "hooks.slack.com"),
        ("webhook", "https://169.254.169.254/", "host of the internet"),
        ("webhook", "https://hooks.example:8443/", "port 443"),
        ("webhook", "ftp://hooks.example/", "https"),
        ("mail", "gov@clinic.example", "no mail is sent from here"),
        ("sms", "+49", "must be"),
    ]:
        answer = await world.send("POST", "/channels", {"means": means, "address": address})
        assert answer.status_code == 422, answer.text
        assert said in answer.text
    made = [await world.channel("webhook") for _ in range(10)]
    assert (
        await world.send(
            "POST", "/channels", {"means": "webhook", "address": f"{world.outside.url}/w"}
        )
    ).status_code == 409
    gone = f"/channels/{made[0]['channel_id']}"
    assert (await world.send("DELETE", gone, by="eve")).status_code == 404
    await world.sent("DELETE", gone)
    assert (await world.send("DELETE", gone)).status_code == 404
    assert len((await world.sent("GET", "/channels"))["items"]) == 9
    published = await world.topic.take(11)
    # In no order, beside refusals.
    assert NotificationRecipientChanged.event_type in {
        each.attributes["ce-type"] for each in published
    }
    whole = b"".join(each.data for each in published)
    assert world.outside.url.encode() not in whole
    assert b"whsec_" not in whole
    # A token for a workspace neither sees nor ends what is of the whole tenant.
    assert (await world.sent("GET", "/channels", workspace="wsp_a"))["items"] == []
    other = f"/channels/{made[1]['channel_id']}"
    assert (await world.send("DELETE", other, workspace="wsp_a")).status_code == 404


async def test_a_mailbox_is_told_once_its_owner_gave_the_code(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, received = await _relay(monkeypatch, tmp_path)
    await world.joins("gov", "governor")
    body = {"means": "mail", "address": "gov@clinic.example"}
    channel = await world.sent("POST", "/channels", body)
    assert (channel["confirmed_at"], channel["shown"]) == (None, "gov@clinic.example")
    await world.asks()
    assert await world.deliveries() == []
    (mail,) = _mails(received)
    found = re.search(r"\b[0-9]{8}\b", mail)
    assert found is not None
    path = f"/channels/{channel['channel_id']}/confirm"
    wrong = "00000000" if found[0] != "00000000" else "11111111"
    assert (await world.send("POST", path, {"code": wrong})).status_code == 422
    assert (await world.send("POST", path, {"code": found[0]}, by="eve")).status_code == 404
    assert (await world.sent("POST", path, {"code": found[0]}))["confirmed_at"] is not None
    await world.asks()
    first, _ = await world.deliveries()
    assert (await world.fire(first)).status == "delivered"
    told = _mails(received)[-1]
    assert "Subject: Approval waits: clinic-writer" in told
    assert "https://issuer.test/console/approvals/apr_" in told
    assert "Nobody else" not in told
    # Five wrong codes end another one.
    tried = await world.sent("POST", "/channels", {**body, "address": "ada@clinic.example"})
    path = f"/channels/{tried['channel_id']}/confirm"
    answers = [await world.send("POST", path, {"code": wrong}) for _ in range(6)]
    assert [each.status_code for each in answers] == [422] * 5 + [409]
    server.close()


async def test_the_operators_relay_mails_nobody_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, received = await _relay(monkeypatch, tmp_path)
    body = {"means": "mail", "address": "stranger@clinic.example"}
    again = {"Idempotency-Key": "the-same"}
    added = await world.sent("POST", "/channels", body, headers=again)
    # The same call again mails, as nobody knows whether the first one did: so often, and no more.
    answers = [await world.send("POST", "/channels", body, headers=again) for _ in range(6)]
    assert [each.status_code for each in answers] == [201] * 4 + [409] * 2
    assert "codes were mailed for you in a day" in answers[-1].text
    # Nor does another channel, once the first one is gone, and none is added.
    await world.sent("DELETE", f"/channels/{added['channel_id']}")
    assert (await world.send("POST", "/channels", body)).status_code == 409
    assert (await world.sent("GET", "/channels"))["items"] == []
    # What was removed gets no code.
    assert (await world.send("POST", "/channels", body, headers=again)).status_code == 201
    assert len(_mails(received)) == MOST_CODES
    # Each person has their own, and the mailbox has them all.
    for principal in ("eve", "finn"):
        for _ in range(MOST_CODES):
            answer = await world.send("POST", "/channels", body, by=principal)
            for each in (await world.sent("GET", "/channels", by=principal))["items"]:
                await world.sent("DELETE", f"/channels/{each['channel_id']}", by=principal)
    assert len(_mails(received)) == MOST_FOR_ONE
    assert answer.status_code == 409
    # Nor does the refusal tell what others asked for.
    assert answer.json()["detail"] == "that mailbox gets no code now: ask again tomorrow"
    await world.sent("POST", "/channels", {**body, "address": "other@clinic.example"}, by="gita")
    server.close()


async def test_who_may_only_read_changes_nothing_of_the_persons(world: World) -> None:
    """As a key does, or a client: each acts as the person, with neither of their own scopes."""
    reader: dict[str, Any] = {"scopes": ("governance:read", "governance:write", "runs:read")}
    channel = await world.channel("webhook")
    for method, path, body in (
        ("PUT", "/preferences", {"muted": ["approval_pending", "last_call"]}),
        ("POST", "/channels", {"means": "webhook", "address": f"{world.outside.url}/w"}),
        ("POST", f"/channels/{channel['channel_id']}/confirm", {"code": "00000000"}),
        ("DELETE", f"/channels/{channel['channel_id']}", None),
        ("POST", f"/deliveries/{new_id(PREFIX, clock.now())}/resend", None),
    ):
        answer = await world.send(method, path, body, **reader)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), path
    assert (await world.sent("GET", "/preferences", **reader))["muted"] == []
    assert len((await world.sent("GET", "/channels", **reader))["items"]) == 1


async def _relay(
    monkeypatch: pytest.MonkeyPatch, directory: Path
) -> tuple[asyncio.Server, Mailbox]:
    """The operator's relay, and the mailboxes behind it."""
    received = Mailbox(directory / "mails.db")
    server = await asyncio.get_running_loop().create_server(received.protocol, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    relay = {"url": f"smtp://{HOST}:{port}", "from_address": "assent@firm.example"}
    text = json.dumps({**relay, "user": USER, "password": SECRET})
    # As far as this process knows, which reads all values of a secret at once.
    await secrets.read_secret(RELAY)
    monkeypatch.setitem(secrets._texts, RELAY, (text, time.monotonic()))
    return server, received


def _mails(received: Mailbox) -> list[str]:
    rows = received._database.execute("SELECT content FROM mails").fetchall()
    return [row[0].decode() if isinstance(row[0], bytes) else row[0] for row in rows]
