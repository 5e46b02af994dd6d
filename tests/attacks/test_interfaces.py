"""Audit and interfaces: what is refused is recorded, and answers say what one needs to know.

More of it: `tests/contracts/http/test_every_call.py` (methods, media types, repeated keys, hashes),
`tests/emulators/test_platform_loopback.py` (the local platform's hosts),
`tests/infra/release/test_release_workflows.py` (who may deploy)."""

import json
from typing import Any

import pytest

from emulators.running import RunningPlatform
from functions.audit.check import Checked, check
from functions.audit.store import read_entries, read_head
from tests.attacks.asking import HOUR, MINUTE, ask, decide, refused, somebody, veto
from tests.journeys.world import World, decision
from tests.shared.plain_words import assert_no_words_of_python

pytestmark = pytest.mark.platform

PAIR = {"kind": "all", "of": [{"role": "governor"}, {"role": "legal"}]}
APPROVE = {"action": "approve"}
LISTS = (
    *("/v1/approvals", "/v1/mobile/approvals"),
    *("/v1/agents", "/v1/mobile/agents", "/v1/workflows"),
)


async def _audited(tenant: str) -> list[tuple[str, str]]:
    head = await read_head(tenant)
    bodies = [json.loads(each.body) async for each in read_entries(tenant, head.number)]
    return [(each["type"], each["actorid"]) for each in bodies]


def test_what_an_attacker_did_and_was_refused_is_in_the_audit(
    world: World, running: RunningPlatform
) -> None:
    policy = {"entries": [{"kind": "execution", "rule": PAIR}], "reason": "Two people."}
    proposed = world.author.send("PUT", "/v1/approvals/policy", json=policy).json()
    decide(world.governor, proposed)
    thief = world.person("thief", ("agents:write",), ("governor",))
    assert thief.send("GET", "/v1/approvals").status_code == 403
    card = ask(world.author, kind="artifact")
    decide(world.governor, card, "break_glass", grounds="outage", note="The printer burns.")
    late = ask(world.author, kind="artifact")
    world.platform.advance(30 * MINUTE + 1)
    refused(decide(world.governor, late, "reject"), 410, "approval_expired")
    world.settle()
    audited = running.run(_audited(world.tenant))
    for expected in (
        ("assent.approval_policy.changed.v1", "gala"),
        ("assent.credential.refused.v1", "thief"),
        ("assent.approval.approved.v1", "gala"),
        ("assent.approval.decided_late.v1", "gala"),
    ):
        assert expected in audited, expected
    world.platform.advance(HOUR)
    world.settle()
    checked: Checked = running.run(check(world.tenant, with_log=True))
    assert checked.broken == ()
    assert checked.covered >= len(audited)


@pytest.mark.by_day(5)
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_opens_nothing_but_its_own_list(
    world: World, running: RunningPlatform, path: str
) -> None:
    for number in range(2):
        world.submit(f"writer-{number}")
    page = world.governor.get(path, limit=1)
    cursor = page["next_cursor"]
    rest = world.governor.get(path, limit=1, cursor=cursor)
    assert rest["items"] not in ([], page["items"])
    stranger = World(running.client)
    other = next(each for each in LISTS if each != path)
    attempts: tuple[tuple[Any, str, dict[str, str]], ...] = (
        (stranger.governor, path, {"cursor": cursor}),
        (world.governor, other, {"cursor": cursor}),
        (world.governor, path, {"cursor": f"{cursor}x"}),
        (world.governor, path, {"cursor": cursor.partition(".")[2]}),
    )
    for person, asked, params in attempts:
        refused(person.send("GET", asked, params=params), 422, "invalid", "cursor")
    if "approvals" in path:
        params = {"cursor": cursor, "status": "decided"}
        refused(world.governor.send("GET", path, params=params), 422, "invalid", "cursor")


def test_a_refusal_says_when_and_who_and_what_to_do_instead(world: World) -> None:
    card = ask(world.author, kind="artifact", rule=PAIR)
    stranger = somebody(world, "stranger")
    answers = {
        ("needs the role", "governor"): decide(stranger, card),
        ("your text",): decide(world.author, card),
        (card["decision_hash"], "read the card again"): decide(
            world.governor, {**card, "decision_hash": "0" * 64}
        ),
    }
    assert decide(world.governor, card, "reject").status_code == 200
    answers["rejected", "gala"] = veto(somebody(world, "other", "governor"), card)
    late = ask(world.author, kind="artifact")
    world.platform.advance(31 * MINUTE)
    answers[late["deadline_at"], "denied"] = decide(world.governor, late)
    for words, answer in answers.items():
        problem = answer.json()
        assert answer.status_code >= 400
        assert problem["type"] == f"urn:assent:problem:{problem['code']}"
        assert problem["detail"] != problem["title"]
        assert all(word in problem["detail"] for word in words), problem


def test_a_card_says_who_decides_who_did_and_who_is_still_needed(world: World) -> None:
    card = ask(world.author, rule=PAIR)
    deferred = decide(world.governor, card, "defer", until=card["deadline_at"]).json()
    assert deferred["deferred_until"] == card["deadline_at"]
    voted = decide(somebody(world, "lena", "legal"), card)
    assert voted.status_code == 200, voted.text
    world.settle()
    for path in ("/v1/approvals", "/v1/mobile/approvals"):
        shown = world.governor.get(f"{path}/{card['id']}")
        assert [place["role"] for place in shown["rule"]["of"]] == ["governor"]
        assert [place["role"] for place in shown["added_rule"]["of"]] == ["governor", "legal"]
        assert [(vote["principal"], vote["capacity"]) for vote in shown["votes"]] == [
            ("lena", "approver")
        ]
        assert shown["missing"] == ["role:governor"]


def test_one_bad_item_of_an_offline_queue_spoils_only_itself(world: World) -> None:
    cards = [world.card(world.submit(f"writer-{number}")) for number in range(2)]
    good = [json.dumps({**decision(card), "approval_id": card["id"], **APPROVE}) for card in cards]
    odd = {**decision(cards[1]), "approval_id": cards[1]["id"], **APPROVE, "note": "pay\u200b"}
    bad = [
        *('{"action": "approve", "action": "veto"}', '"nothing"', '{"action": "\\ud800"}'),
        *(f'{{"action": {"9" * 4_301}}}', f'{{"action": {"[" * 5_000 + "]" * 5_000}}}'),
    ]
    queued = [bad[0], good[0], *bad[1:], json.dumps(odd), good[1]]
    queue = f'{{"decisions": [{", ".join(queued)}]}}'
    headers = {"Content-Type": "application/json"}
    answer = world.governor.send("POST", "/v1/mobile/sync", content=queue, headers=headers)
    assert answer.status_code == 200, answer.text
    statuses = [each["status"] for each in answer.json()["results"]]
    assert statuses == [422, 200, 422, 422, 422, 422, 422, 200]
    assert_no_words_of_python(answer.text)


def test_a_queue_that_nobody_can_read_decides_nothing_and_is_told_where(world: World) -> None:
    card = world.card(world.submit("writer"))
    good = json.dumps({**decision(card), "approval_id": card["id"], **APPROVE})
    queue = f'{{"decisions": [{good},\n{{"note": "\\u00zz"}}]}}'
    headers = {"Content-Type": "application/json"}
    answer = world.governor.send("POST", "/v1/mobile/sync", content=queue, headers=headers)
    refused(answer, 400, "malformed_request", "body")
    assert "at line 2, column" in answer.json()["detail"]
    assert_no_words_of_python(answer.text)
    shown = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
    assert shown["status"] == "pending"


@pytest.mark.by_day(10)
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["1_0", "+5", "05", " 5", "5.0", "\uff15"])
def test_a_limit_has_one_spelling(world: World, path: str, limit: str) -> None:
    answer = world.governor.send("GET", path, params={"limit": limit})
    refused(answer, 422, "invalid", "limit")
    assert "whole number" in answer.json()["detail"]
