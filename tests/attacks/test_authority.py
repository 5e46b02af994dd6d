"""Authority never comes from the requester: who decides, how soon, and about whose text.

More of it: `test_adversary.py` (all of it at random, against the rules), `test_races.py` (at once),
`tests/journeys/test_lifecycle.py` (many reports)."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulators.demo.person import Person
from emulators.running import RunningPlatform
from tests.attacks.asking import (
    EVERYTHING,
    HOUR,
    MINUTE,
    NAMED,
    ask,
    decide,
    job,
    payment,
    refused,
    request,
    somebody,
    status,
    veto,
)
from tests.journeys.world import World, precedent, spec

pytestmark = pytest.mark.platform

REASON = {"reason": "It sent what it should not."}
TWO_GOVERNORS = {"kind": "all", "of": [{"role": "governor"}, {"role": "governor"}]}
SAME_TWICE = {"kind": "all", "of": [{"principal": "mara"}, {"principal": "mara"}]}
THREE_GOVERNORS = {"kind": "all", "of": [{"role": "governor"}] * 3}
REINDEXING = {
    **precedent("healthcare"),
    "title": "Reindexing",
    "kind": "execution",
    "max_risk": "medium",
    "conditions": [{"field": "content.action", "op": "eq", "value": "reindex"}],
}


def reject(person: Person, card: dict[str, Any]) -> httpx.Response:
    return decide(person, card, "reject")


REFUSING = (reject, veto)


def propose(person: Person, *entries: dict[str, Any]) -> httpx.Response:
    body = {"entries": list(entries), "reason": "The auditors ask for it."}
    return person.send("PUT", "/v1/approvals/policy", json=body)


def adopt(world: World, *entries: dict[str, Any]) -> None:
    """A policy that a member proposed and the governor approved."""
    proposed = propose(world.author, *entries)
    assert proposed.status_code == 202, proposed.text
    assert decide(world.governor, proposed.json()).json()["status"] == "approved"


def version(world: World) -> int:
    return int(world.author.get("/v1/approvals/policy")["version"])


def reindexing(world: World) -> str:
    """The path of an active precedent over the requests of `request`."""
    seed = world.governor.post("/v1/mobile/seeds", REINDEXING)
    path = f"/v1/precedent-seeds/{seed['seed_id']}"
    assert world.governor.post(f"{path}/activate")["status"] == "active"
    return path


def test_an_accomplice_named_by_the_requester_approves_nothing_and_stops_no_governor(
    world: World,
) -> None:
    accomplice = somebody(world, "accomplice")
    for refuse in (lambda card: decide(world.governor, card, "reject"), world.veto):
        card = ask(world.author, rule=NAMED)
        voted = decide(accomplice, card).json()
        assert (voted["status"], voted["missing"]) == ("pending", ["role:governor"])
        for verb in ("escalate", "delegate", "break_glass", "defer"):
            assert decide(accomplice, card, verb).status_code == 403
        world.settle()
        pending = world.governor.get("/v1/mobile/approvals", status="pending")["items"]
        assert card["id"] in [each["id"] for each in pending]
        assert refuse(card).json()["status"] == "rejected"
    told = [e["data"] for e in world.events() if "notification" in e["type"]]
    assert any("governor" in str(notice) for notice in told)


@pytest.mark.nightly
def test_a_rule_that_names_nobody_is_refused_and_none_makes_a_precedent_approve(
    world: World,
) -> None:
    reindexing(world)
    nobody = request(rule={"kind": "all", "of": []})
    refused(world.author.send("POST", "/v1/approvals", json=nobody), 422, "invalid", "rule.of")
    assert ask(world.author, rule=NAMED)["status"] == "pending"
    assert ask(world.author)["status"] == "auto_approved"


@pytest.mark.nightly
def test_accomplices_vetoes_end_no_precedent_and_a_governors_do(world: World) -> None:
    path, accomplice = reindexing(world), somebody(world, "accomplice")
    for number in range(3):
        named = ask(world.author, rule=NAMED)
        refused(veto(accomplice, named), 403, "forbidden")
        assert decide(accomplice, named, "reject").json()["status"] == "rejected"
        assented = ask(world.author, subject=job(number))
        assert assented["status"] == "auto_approved", "an accomplice's rejection bars nothing"
        refused(veto(accomplice, assented), 403, "forbidden")
    assert world.governor.get(path)["status"] == "active"
    for number in range(3):
        assented = ask(world.author, subject=job(number))
        assert veto(world.governor, assented).json()["status"] == "vetoed"
    assert world.governor.get(path)["status"] == "deprecated"


@pytest.mark.by_day(1)
@pytest.mark.parametrize("how", ["reject", "veto", "overturn"])
def test_what_the_governor_refused_comes_back_by_no_precedent_however_it_is_rewritten(
    world: World, how: str
) -> None:
    token = uuid.uuid4().hex
    content = {"action": "reindex", "rows": 1200, "token": token}
    early = ask(world.author, content=content)
    reindexing(world)
    if how == "veto":
        early = ask(world.author, content=content)
        assert (early["status"], veto(world.governor, early).status_code) == ("auto_approved", 200)
    elif how == "reject":
        assert decide(world.governor, early, "reject").status_code == 200
    else:
        deputy = somebody(world, "dina", "deputy")
        assert decide(deputy, early, "break_glass", grounds="outage").status_code == 200
        said = {"verdict": "overturned", "note": "There was no outage."}
        path = f"/v1/approvals/{early['id']}/review"
        assert world.governor.post(path, said)["status"] == "overturned"
        listed = world.governor.get("/v1/approvals", status="decided")["items"]
        assert [each["status"] for each in listed if each["id"] == early["id"]] == ["overturned"]
        world.settle()
        phone = world.governor.get(f"/v1/mobile/approvals/{early['id']}")
        assert phone["status"] == "overturned"
    accomplice = somebody(world, "accomplice")
    spaced = {"action": "reindex", "count": "1200", "tag": f" {token.upper()}"}
    for number, rewritten in enumerate((content, spaced)):
        again = ask(accomplice, content=rewritten, subject=job(number))
        assert again["status"] == "pending"
        detail = world.governor.get(f"/v1/approvals/{again['id']}")
        (match,) = detail["matches"]
        assert f"nobody refused the same content: {early['id']}" in match["unsatisfied"][0]
    # Another content about the same subject waits for a person too, and about another it does not.
    assert ask(world.author)["status"] == "pending"
    assert ask(world.author, subject=job(7))["status"] == "auto_approved"


@pytest.mark.nightly
def test_a_suspended_precedent_covers_nothing_that_was_refused_meanwhile(world: World) -> None:
    path = reindexing(world)
    assert world.governor.post(f"{path}/suspend")["status"] == "suspended"
    asked = ask(world.author)
    assert decide(world.governor, asked, "reject").json()["status"] == "rejected"
    again = world.governor.post(f"{path}/activate")
    assert again["status"] == "rejected"
    assert any("a person refused since" in each["evidence"] for each in again["findings"])
    assert ask(world.author, subject=job(1))["status"] == "pending"


@pytest.mark.nightly
def test_a_lone_proposer_changes_no_policy_whatever_their_role(world: World) -> None:
    own = {"kind": "execution", "rule": {"kind": "any", "of": [{"principal": "gala"}]}}
    card = propose(world.governor, own).json()
    deputy = somebody(world, "dina", "deputy")
    for verb, fields in (("approve", {}), ("break_glass", {"grounds": "outage"})):
        refused(decide(world.governor, card, verb, **fields), 403, "separation_of_duties")
        refused(decide(deputy, card, verb, **fields), 403, "forbidden")
    other = somebody(world, "goran", "governor")
    refused(decide(other, card, "break_glass", grounds="outage"), 422, "invalid", "decision")
    refused(decide(other, card, "escalate"), 422, "invalid", "decision")
    refused(decide(other, card, "delegate", to="dina"), 422, "invalid", "decision")
    world.platform.advance(24 * HOUR + 2 * MINUTE)
    assert (status(world, card), version(world)) == ("expired", 0)


@pytest.mark.nightly
def test_no_policy_locks_the_tenant_out_of_its_policy(world: World) -> None:
    adopt(world, {"kind": "constitutional", "rule": THREE_GOVERNORS})
    case = world.submit("writer")
    assert world.decide("approve", world.card(case)).json()["status"] == "pending"
    adopt(world)
    assert version(world) == 2
    world.live("other-writer")


def test_a_request_that_looks_like_a_change_of_the_policy_changes_nothing(world: World) -> None:
    entry = {"kind": "artifact", "rule": NAMED, "silence_approves": ["author"]}
    policy = {"type": "approval_policy", "id": "approval-policy", "name": "approval policy"}
    like = {"version": 1, "entries": [entry], "was": []}
    for type in ("approval_policy", "Approval Policy", "agent", "precedent"):
        own = request(kind="constitutional", subject={**policy, "type": type}, content=like)
        refused(
            world.author.send("POST", "/v1/approvals", json=own), 422, "invalid", "subject.type"
        )
    form = {**policy, "type": "form"}
    card = ask(world.author, kind="constitutional", subject=form, content=like)
    assert decide(world.governor, card).json()["status"] == "approved"
    world.settle()
    assert version(world) == 0
    assert ask(world.author, kind="artifact")["on_timeout"] == "deny"


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"kind": "communication", "silence_approves": ["author"]}, "silence_approves"),
        ({"kind": "artifact", "min_risk": "medium", "silence_approves": ["a"]}, "silence_approves"),
        (
            {"kind": "artifact", "silence_approves": ["a"], "deadline_seconds": 900},
            "silence_approves",
        ),
        ({"kind": "constitutional", "rule": NAMED}, "rule"),
        ({"kind": "financial", "rule": SAME_TWICE}, "rule.of.1"),
    ],
)
def test_a_policy_milder_than_the_domain_is_refused(
    world: World, entry: dict[str, Any], field: str
) -> None:
    governors = {"kind": "any", "of": [{"role": "governor"}]}
    answer = propose(world.author, {"rule": governors, **entry})
    refused(answer, 422, "invalid", f"entries.0.{field}")


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "artifact", "effect": "pay"}, "effect"),
        ({"kind": "artifact", "amount_usd_micros": 2_000_000_000}, "amount_usd_micros"),
        ({"kind": "financial", "effect": "pay"}, "amount_usd_micros"),
        ({"kind": "execution", "effect": "send"}, "effect"),
        ({"kind": "artifact", "risk": "low"}, "risk"),
        ({"kind": "artifact", "deadline_seconds": 60}, "deadline_seconds"),
        ({"kind": "constitutional", "deadline_seconds": HOUR}, "deadline_seconds"),
    ],
)
def test_a_request_that_makes_itself_milder_is_refused(
    world: World, fields: dict[str, Any], field: str
) -> None:
    answer = world.author.send("POST", "/v1/approvals", json=request(**fields))
    refused(answer, 422, "invalid", field)


@pytest.mark.nightly
def test_silence_approves_only_what_is_harmless_and_for_whom_the_policy_names(
    world: World,
) -> None:
    governors = {"kind": "any", "of": [{"role": "governor"}]}
    before = ask(world.author, kind="artifact", effect="draft")
    adopt(world, {"kind": "artifact", "rule": governors, "silence_approves": ["author"]})
    stranger = somebody(world, "stranger")
    pays = {"reversible": False, "pay": {"to": "accomplice", "amount": 2000}}
    cards = {
        "asked before the policy": before,
        "by another": ask(stranger, kind="artifact"),
        "irreversible": ask(world.author, kind="artifact", content=pays),
        "no way back": ask(world.author, kind="artifact", rollback_plan=""),
        "with an accomplice": ask(world.author, kind="artifact", rule=NAMED),
    }
    harmless = ask(world.author, kind="artifact")
    sooner = request(kind="artifact", deadline_seconds=20 * MINUTE)
    answer = world.author.send("POST", "/v1/approvals", json=sooner)
    refused(answer, 422, "invalid", "deadline_seconds")
    world.platform.advance(32 * MINUTE)
    assert {why: status(world, card) for why, card in cards.items()} == dict.fromkeys(
        cards, "expired"
    )
    card = world.governor.get(f"/v1/approvals/{harmless['id']}")
    assert [card[name] for name in ("status", "decided_by", "capacity")] == [
        "approved",
        "deadline",
        "silence",
    ]


@pytest.mark.nightly
def test_no_deputy_makes_the_absence_that_gives_them_a_governors_power(world: World) -> None:
    deputy = somebody(world, "dina", "deputy")
    accomplice = somebody(world, "accomplice")
    ask(deputy)
    ask(accomplice, deadline_seconds=15 * MINUTE)
    world.platform.advance(7 * HOUR)
    paid = world.author.post("/v1/approvals", payment())
    refused(decide(deputy, paid), 403, "forbidden")
    # A colleague's request with its whole time, which the governor did miss.
    ask(world.author)
    world.platform.advance(7 * HOUR)
    missed = world.author.post("/v1/approvals", payment())
    decided = decide(deputy, missed).json()
    assert (decided["status"], decided["capacity"]) == ("approved", "deputy")


@pytest.mark.nightly
def test_a_governor_who_is_there_is_not_absent(world: World) -> None:
    deputy, other = somebody(world, "dina", "deputy"), somebody(world, "other", "governor")
    # Only a governor's own text, and a proposal: neither is missed by anybody.
    ask(other)
    entry = {"kind": "execution", "rule": TWO_GOVERNORS}
    assert propose(world.author, entry).status_code == 202
    world.platform.advance(30 * HOUR)
    refused(decide(deputy, world.author.post("/v1/approvals", payment())), 403, "forbidden")
    # A colleague's request is, until a governor activates a precedent.
    seed = other.post("/v1/mobile/seeds", REINDEXING)
    ask(world.author)
    world.platform.advance(3 * HOUR)
    other.post(f"/v1/precedent-seeds/{seed['seed_id']}/activate")
    world.platform.advance(4 * HOUR)
    refused(decide(deputy, world.author.post("/v1/approvals", payment())), 403, "forbidden")


@pytest.mark.nightly
def test_accomplices_who_come_too_late_leave_room_for_the_governor(world: World) -> None:
    friends = [f"friend-{number}" for number in range(6)]
    asked = ask(world.author, rule={"kind": "any", "of": [{"principal": f} for f in friends]})
    world.platform.advance(3 * HOUR)
    for friend in friends:
        for verb in ("approve", "reject"):
            refused(decide(somebody(world, friend), asked, verb), 410, "approval_expired")
    refused(decide(world.governor, asked, "reject"), 410, "approval_expired")
    late = world.governor.get(f"/v1/approvals/{asked['id']}")["late"]
    assert [each["right"] for each in late] == ["requester"] * 4 + ["governor"]


@pytest.mark.nightly
def test_who_sends_a_governors_text_again_takes_no_refusal_from_the_governor(
    world: World,
) -> None:
    governors = {"kind": "any", "of": [{"role": "governor"}]}
    adopt(world, {"kind": "artifact", "rule": governors, "silence_approves": ["author"]})
    mine = request()["content"]
    ask(world.governor, content=mine)
    paid = world.author.post("/v1/approvals", payment(content=mine))
    assert paid["authors"] == ["author", "gala"]
    refused(decide(world.governor, paid), 403, "separation_of_duties")
    deputy = somebody(world, "dina", "deputy")
    assert decide(deputy, paid, "break_glass", grounds="outage").status_code == 200
    path, note = f"/v1/approvals/{paid['id']}/review", "I never asked for this."
    upheld = world.governor.send("POST", path, json={"verdict": "upheld", "note": note})
    refused(upheld, 403, "separation_of_duties")
    overturned = world.governor.post(path, {"verdict": "overturned", "note": note})
    assert overturned["status"] == "overturned"

    for number, refuse in enumerate(REFUSING):
        mine = request()["content"]
        ask(world.governor, content=mine)
        subject = job(number)
        silent = ask(world.author, kind="artifact", effect="draft", content=mine, subject=subject)
        assert (silent["on_timeout"], silent["authors"]) == ("approve", ["author", "gala"])
        assert refuse(world.governor, silent).json()["status"] == "rejected"


@pytest.mark.nightly
def test_no_review_takes_a_governors_refusal_back_or_the_right_to_overturn(world: World) -> None:
    adopt(world, {"kind": "execution", "rule": TWO_GOVERNORS})
    dina, dora = somebody(world, "dina", "deputy"), somebody(world, "dora", "deputy")
    other = somebody(world, "other", "governor")
    for number, refuse in enumerate(REFUSING):
        card = ask(world.author, subject=job(number))
        assert decide(other, card, "escalate").status_code == 200
        assert decide(dina, card).json()["status"] == "escalated"
        assert refuse(world.governor, card).json()["status"] == "rejected"
        path = f"/v1/approvals/{card['id']}/review"
        said = {"verdict": "overturned", "note": "It was fine."}
        refused(dora.send("POST", path, json=said), 409, "version_conflict")
    broken = ask(world.author, kind="financial", effect="draft", amount_usd_micros=0)
    assert decide(dina, broken, "break_glass", grounds="outage").status_code == 200
    path = f"/v1/approvals/{broken['id']}/review"
    assert other.post(path, {"verdict": "upheld", "note": "Fine."})["status"] == "approved"
    said = {"verdict": "overturned", "note": "There was no outage."}
    assert world.governor.post(path, said)["status"] == "overturned"
    refused(other.send("POST", path, json={**said, "verdict": "upheld"}), 409, "already_decided")


@pytest.mark.by_day(1)
@pytest.mark.parametrize("refuse", REFUSING)
def test_no_accomplice_takes_a_governors_refusal_away_by_coming_first(
    world: World, refuse: Callable[[Person, dict[str, Any]], httpx.Response]
) -> None:
    reindexing(world)
    accomplice = somebody(world, "accomplice")
    content = {"action": "reindex", "token": uuid.uuid4().hex}
    card = ask(world.author, content=content, rule=NAMED)
    assert decide(accomplice, card, "reject").json()["status"] == "rejected"
    refused(refuse(world.governor, card), 409, "already_decided")
    late = world.governor.get(f"/v1/approvals/{card['id']}")["late"]
    assert [(each["principal"], each["right"]) for each in late] == [("gala", "governor")]
    assert ask(world.author, content=content, subject=job(1))["status"] == "pending"
    assert ask(world.author, subject=job(2))["status"] == "auto_approved"


@pytest.mark.nightly
def test_one_accomplice_with_a_role_fills_no_room_for_late_refusals(world: World) -> None:
    governors = {"kind": "any", "of": [{"role": "governor"}]}
    adopt(world, {"kind": "artifact", "rule": governors, "silence_approves": ["author"]})
    harmless = {"kind": "artifact", "effect": "draft", "content": request()["content"]}
    card = ask(world.author, **harmless)
    world.platform.advance(32 * MINUTE)
    other = somebody(world, "other", "governor")
    for verb in ("approve", "escalate", "reject"):
        refused(decide(other, card, verb), 410, "approval_expired")
    refused(decide(world.governor, card, "reject"), 410, "approval_expired")
    late = world.governor.get(f"/v1/approvals/{card['id']}")["late"]
    assert [(each["principal"], each["decision"]) for each in late] == [
        ("other", "reject"),
        ("gala", "reject"),
    ]
    assert ask(world.author, **harmless, subject=job(1))["on_timeout"] == "deny"


def test_nobody_whose_text_is_in_a_case_approves_it_or_lets_its_agent_run_again(
    world: World,
) -> None:
    colleague = somebody(world, "colleague", "governor")
    case = world.submit("writer")
    assert world.decide("request-changes", world.card(case), note="narrower").status_code == 200
    world.settle()
    colleague.post(f"/v1/workflows/{case['case_id']}/revisions", spec("writer"))
    world.settle()
    card = world.card(case)
    assert world.governor.get(f"/v1/workflows/{case['case_id']}")["authors"] == [
        "author",
        "colleague",
    ]
    for verb, fields in (("approve", {}), ("break_glass", {"grounds": "outage"})):
        refused(decide(colleague, card, verb, **fields), 403, "separation_of_duties")
    promoted = somebody(world, "author", "governor")
    refused(decide(promoted, card), 403, "separation_of_duties")
    world.approve(case)
    path = f"/v1/agents/{case['agent_id']}"
    world.governor.post(f"{path}/suspend", REASON)
    for person in (colleague, promoted):
        answer = person.send("POST", f"{path}/reactivate", json=REASON)
        refused(answer, 403, "separation_of_duties")
    assert world.governor.post(f"{path}/reactivate", REASON)["status"] == "probation"


def test_a_precedent_never_approves_the_text_of_who_activated_it(world: World) -> None:
    colleague = somebody(world, "colleague", "governor")
    case = world.submit("writer")
    world.decide("request-changes", world.card(case), note="narrower")
    world.settle()
    seed = world.governor.post("/v1/mobile/seeds", precedent("healthcare"))
    colleague.post(f"/v1/mobile/seeds/{seed['seed_id']}/activate")
    colleague.post(f"/v1/workflows/{case['case_id']}/revisions", spec("writer"))
    world.settle()
    assert world.card(case)["status"] == "pending"
    assert world.card(world.submit("other-writer"))["status"] == "auto_approved"


@pytest.mark.nightly
def test_one_person_never_fills_two_places(world: World) -> None:
    adopt(world, {"kind": "execution", "rule": TWO_GOVERNORS})
    voted, passed_on = ask(world.author), ask(world.author)
    assert decide(world.governor, voted).json()["status"] == "pending"
    for verb, fields in (("delegate", {"to": "helper"}), ("escalate", {})):
        refused(decide(world.governor, voted, verb, **fields), 403, "forbidden")
    assert decide(world.governor, voted).json()["status"] == "pending"

    assert decide(world.governor, passed_on, "delegate", to="helper").status_code == 200
    refused(decide(somebody(world, "helper"), passed_on), 403, "forbidden")
    helper = somebody(world, "helper", "deputy")
    assert decide(helper, passed_on).json()["status"] == "pending"
    refused(decide(world.governor, passed_on), 403, "forbidden")
    for card in (voted, passed_on):
        assert status(world, card) == "pending"
    other = somebody(world, "goran", "governor")
    for card in (voted, passed_on):
        assert decide(other, card).json()["status"] == "approved"


def test_a_stranger_with_every_scope_touches_nobodys_agent(world: World) -> None:
    agent = f"/v1/agents/{world.live('writer')['agent_id']}"
    case = world.submit("other-writer")
    stranger = somebody(world, "stranger", "author")
    report = {"trigger": "scope_drift", "evidence": "It answered about dosage."}
    calls: tuple[tuple[str, Any], ...] = (
        (f"/v1/workflows/{case['case_id']}/cancel", None),
        (f"{agent}/suspend", REASON),
        (f"{agent}/reports", report),
        (f"{agent}/reports", {**report, "trigger": "health", "reading": "critical"}),
        ("/v1/pipeline/resume", REASON),
    )
    for path, body in calls:
        refused(stranger.send("POST", path, json=body), 403, "forbidden")
    world.settle()
    assert world.statuses(case) == ("certified", "ethics_cleared")
    assert world.governor.get("/v1/mobile/violations")["items"] == []


@pytest.mark.by_day(3)
@pytest.mark.parametrize(
    "name",
    [
        *("deadline", "silence", "service:approvals", f"pre_{'0' * 26}"),
        *("deadline.", "DeadIine", "system", "audit", "agents", "governor", "G0vernor-"),
        *("role:governor", "role.governor", "principal:gala", "tenant-admin"),
    ],
)
def test_no_name_of_assents_own_signs_in_or_is_given_a_place(
    world: World, running: RunningPlatform, name: str
) -> None:
    wanted = {"principal": name, "tenant": world.tenant, "roles": ["governor"]}
    answer = world.platform.http.post("/_platform/token", json=wanted)
    refused(answer, 422, "invalid", "principal")
    token = running.platform.issuer.user_token(
        name, world.tenant, scopes=EVERYTHING, roles=["governor"], expires_in=600
    )
    headers = {"Authorization": f"Bearer {token}"}
    refused(world.platform.http.get("/v1/approvals", headers=headers), 401, "unauthenticated")
    named = request(rule={"kind": "any", "of": [{"principal": name}]})
    answer = world.author.send("POST", "/v1/approvals", json=named)
    refused(answer, 422, "invalid", "rule.of.0")
    refused(decide(world.governor, ask(world.author), "delegate", to=name), 422, "invalid", "to")
