"""Passkeys: added after a recent sign-in, once, for this site; listed; removed, but never the
last."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.identity.aggregates import RUN, SESSIONS
from functions.identity.rules.id_token import Person
from functions.identity.rules.passkey import CHALLENGE_LIFE, MOST_PASSKEYS, PasskeyBody
from functions.identity.rules.session import end
from functions.identity.service import passkeys
from functions.identity.service.platform import on_platform
from functions.identity.service.sign_in import start_session
from functions.identity.views.passkeys import PasskeyView
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import RECENT, Caller
from shared.kit.errors import (
    AssentError,
    Forbidden,
    NotFound,
    SignInTooOld,
    Unavailable,
    VersionConflict,
)
from shared.kit.passkeys import PasskeyRefused, written
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.authenticator import PRESENT, Authenticator
from tests.shared.cloud import Cloud

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)

pytestmark = pytest.mark.usefixtures("issuer")


@pytest.fixture(autouse=True)
def _whole(cloud: Cloud) -> None:
    cloud.mend()


async def signed_in(subject: str = "", at: datetime = NOON) -> Caller:
    """Somebody with a token of a sign-in at `at`, calling two minutes after noon."""
    person = Person(provider="google", subject=subject or uuid.uuid4().hex, name="Gala")
    session_id = await start_session(person, "Firefox", at)
    session = await RUN.reading(PLATFORM_TENANT, at).find(SESSIONS, session_id)
    assert session is not None
    none: frozenset[str] = frozenset()
    return Caller(session.principal_id, "ten_1", none, none, LATER, "", session_id=session_id)


async def made_by(caller: Caller, authenticator: Authenticator, **said: Any) -> PasskeyBody:
    """What the caller's browser sends after it asked for a challenge."""
    options = (await passkeys.begin_passkey(caller)).public_key
    sent = authenticator.create(str(options["challenge"]), **said)
    return PasskeyBody(name="Laptop", **sent)


async def add(
    caller: Caller, authenticator: Authenticator | None = None, key: str = "", **said: Any
) -> PasskeyView:
    body = await made_by(caller, authenticator or Authenticator(), **said)
    return await passkeys.add_passkey(caller, IdempotencyKey(caller, key, "same"), body)


async def remove(caller: Caller, passkey_id: str) -> PasskeyView:
    return await passkeys.remove_passkey(caller, IdempotencyKey(caller), passkey_id)


async def events_of(principal: str) -> list[str]:
    found = TenantStore(PLATFORM_TENANT).find_all(EVENT_LOG, where=[("actorid", "==", principal)])
    return sorted([each.data["type"] async for each in found if "passkey" in each.data["type"]])


async def ids(caller: Caller) -> list[str]:
    return [each.passkey_id for each in (await passkeys.list_passkeys(caller)).items]


async def test_a_passkey_is_added_published_and_seen_from_every_session() -> None:
    subject = uuid.uuid4().hex
    caller, elsewhere = await signed_in(subject), await signed_in(subject)
    added = await add(caller)
    (seen,) = (await passkeys.list_passkeys(elsewhere)).items
    assert seen == added
    assert (seen.name, seen.added_in, seen.added_at) == ("Laptop", caller.session_id, LATER)
    assert await events_of(caller.principal) == ["assent.passkey.added.v1"]


async def test_the_event_has_what_verification_needs_and_no_name() -> None:
    caller, authenticator = await signed_in(), Authenticator()
    added = await add(caller, authenticator)
    where = [("subject", "==", f"passkey/{added.passkey_id}")]
    (entry,) = [e async for e in TenantStore(PLATFORM_TENANT).find_all(EVENT_LOG, where=where)]
    for part in (authenticator.credential_id, written(authenticator.public_key), "assent.test"):
        assert part in entry.data["data"]
    assert "Laptop" not in entry.data["data"]
    assert "Gala" not in entry.data["data"]


async def test_the_options_ask_for_a_verified_person_and_leave_out_what_is_there() -> None:
    caller, authenticator = await signed_in(), Authenticator()
    await add(caller, authenticator)
    options: Any = (await passkeys.begin_passkey(caller)).public_key
    assert options["rp"]["id"] == "assent.test"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == [authenticator.credential_id]


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another challenge": ({}, {"challenge": written(b"\x01" * 32)}, "challenge_differs"),
    "another origin": ({"origin": "https://evil.example"}, {}, "another_origin"),
    "another rp id": ({"rp_id": "evil.example"}, {}, "another_origin"),
    "nobody verified": ({"flags": PRESENT}, {}, "user_not_verified"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_key_that_was_made_otherwise_is_refused(wrong: str) -> None:
    fields, said, reason = WRONG[wrong]
    caller = await signed_in()
    with pytest.raises(PasskeyRefused) as refused:
        await add(caller, Authenticator(**fields), **said)
    assert refused.value.reason == reason
    assert await ids(caller) == []


async def test_a_challenge_is_used_once() -> None:
    caller = await signed_in()
    body = await made_by(caller, Authenticator())
    await passkeys.add_passkey(caller, IdempotencyKey(caller), body)
    with pytest.raises(PasskeyRefused) as refused:
        await passkeys.add_passkey(caller, IdempotencyKey(caller), body)
    assert refused.value.reason == "replayed"


async def test_a_lost_answer_is_given_again_under_its_key() -> None:
    caller, name = await signed_in(), uuid.uuid4().hex
    body = await made_by(caller, Authenticator())
    key = IdempotencyKey(caller, name, "same")
    first = await passkeys.add_passkey(caller, key, body)
    assert await passkeys.add_passkey(caller, key, body) == first
    assert await events_of(caller.principal) == ["assent.passkey.added.v1"]


async def test_of_many_at_once_with_one_challenge_one_is_added() -> None:
    caller = await signed_in()
    options = (await passkeys.begin_passkey(caller)).public_key
    bodies = [
        PasskeyBody(name="One", **Authenticator().create(str(options["challenge"])))
        for _ in range(4)
    ]
    answers = await asyncio.gather(
        *(passkeys.add_passkey(caller, IdempotencyKey(caller), each) for each in bodies),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, PasskeyRefused | Unavailable)]
    assert (len(refused), len(await ids(caller))) == (3, 1)


async def test_another_challenge_ends_the_one_before() -> None:
    caller = await signed_in()
    earlier = await made_by(caller, Authenticator())
    await passkeys.begin_passkey(caller)
    with pytest.raises(PasskeyRefused) as refused:
        await passkeys.add_passkey(caller, IdempotencyKey(caller), earlier)
    assert refused.value.reason == "challenge_differs"


async def test_a_challenge_is_of_one_session_and_one_principal() -> None:
    subject = uuid.uuid4().hex
    caller, elsewhere, other = await signed_in(subject), await signed_in(subject), await signed_in()
    body = await made_by(caller, Authenticator())
    for thief in (elsewhere, other):
        with pytest.raises(PasskeyRefused) as refused:
            await passkeys.add_passkey(thief, IdempotencyKey(thief), body)
        assert refused.value.reason == "replayed"
        await passkeys.begin_passkey(thief)
        with pytest.raises(PasskeyRefused) as refused:
            await passkeys.add_passkey(thief, IdempotencyKey(thief), body)
        assert refused.value.reason == "challenge_differs"


async def test_a_challenge_expires() -> None:
    caller = await signed_in(at=LATER)
    body = await made_by(caller, Authenticator())
    late = replace(caller, received_at=LATER + CHALLENGE_LIFE)
    with pytest.raises(PasskeyRefused) as refused:
        await passkeys.add_passkey(late, IdempotencyKey(late), body)
    assert refused.value.reason == "expired"


@pytest.mark.parametrize("act", ["begin", "add", "remove"])
async def test_an_old_sign_in_changes_nothing(act: str) -> None:
    caller = await signed_in()
    added = await add(caller)
    body = await made_by(caller, Authenticator())
    late = replace(caller, received_at=NOON + RECENT)
    acts: Any = {
        "begin": lambda: passkeys.begin_passkey(late),
        "add": lambda: passkeys.add_passkey(late, IdempotencyKey(late), body),
        "remove": lambda: remove(late, added.passkey_id),
    }
    with pytest.raises(SignInTooOld) as refused:
        await acts[act]()
    assert "sign in again" in refused.value.detail
    assert await ids(late) == [added.passkey_id]


async def test_no_other_token_than_one_of_an_own_sign_in_opens_it() -> None:
    caller, other = await signed_in(), await signed_in()
    ended = await signed_in()
    assert ended.session_id is not None
    session_id = ended.session_id

    async def use_case(work: Command) -> Any:
        session = await work.get(SESSIONS, session_id)
        saved = await work.save(*end(session, "signed_out", LATER))
        return saved[-1]

    actor = on_platform(ended.principal, LATER)
    await RUN.command(actor, use_case, SESSIONS.model)
    for session_id_of_token in (None, "", "ses_1", other.session_id):
        with pytest.raises(SignInTooOld):
            await passkeys.begin_passkey(replace(caller, session_id=session_id_of_token))
    with pytest.raises(SignInTooOld):
        await passkeys.begin_passkey(ended)


async def test_a_program_that_never_signed_in_has_none() -> None:
    caller = replace(await signed_in(), principal="amira")
    with pytest.raises(Forbidden):
        await passkeys.list_passkeys(caller)


@pytest.mark.parametrize("whose", ["own", "another's", "removed"])
async def test_a_key_is_added_once(whose: str) -> None:
    caller, authenticator = await signed_in(), Authenticator()
    added = await add(caller, authenticator)
    if whose == "removed":
        await add(caller)
        await remove(caller, added.passkey_id)
    second = await signed_in() if whose == "another's" else caller
    # A thief who knows a credential's id can put any key of their own under it.
    again = replace_key(authenticator) if whose == "another's" else authenticator
    with pytest.raises(AssentError) as refused:
        await add(second, again)
    assert "added before" in refused.value.detail
    if whose == "another's":
        assert isinstance(refused.value, PasskeyRefused)
        assert refused.value.reason == "key_taken"
        assert await ids(second) == []
    else:
        assert isinstance(refused.value, VersionConflict)


def replace_key(authenticator: Authenticator) -> Authenticator:
    return replace(authenticator, key=Authenticator().key)


async def test_the_last_passkey_stays() -> None:
    caller = await signed_in()
    first = await add(caller)
    with pytest.raises(VersionConflict) as refused:
        await remove(caller, first.passkey_id)
    assert "add another" in refused.value.detail
    second = await add(caller)
    removed = await remove(caller, first.passkey_id)
    assert removed.removed_at == LATER
    assert await remove(caller, first.passkey_id) == removed
    assert await ids(caller) == [second.passkey_id]
    assert await events_of(caller.principal) == [
        *["assent.passkey.added.v1"] * 2,
        "assent.passkey.removed.v1",
    ]


async def test_of_the_last_two_at_once_one_stays() -> None:
    caller = await signed_in()
    both = [(await add(caller)).passkey_id, (await add(caller)).passkey_id]
    answers = await asyncio.gather(*(remove(caller, each) for each in both), return_exceptions=True)
    assert [each for each in answers if isinstance(each, VersionConflict)]
    assert len(await ids(caller)) == 1


async def test_another_principals_passkey_is_not_found() -> None:
    caller, other = await signed_in(), await signed_in()
    added = await add(caller)
    await add(other)
    for id in (added.passkey_id, "pky_1", ""):
        with pytest.raises(NotFound):
            await remove(other, id)
    assert await ids(caller) == [added.passkey_id]
    misses = [("type", "==", "assent.lookup.missed.v1"), ("actorid", "==", other.principal)]
    assert await TenantStore(PLATFORM_TENANT).count(EVENT_LOG, where=misses) == 1


async def test_nobody_has_more_than_ten() -> None:
    caller = await signed_in()
    for _ in range(MOST_PASSKEYS):
        await add(caller)
    with pytest.raises(VersionConflict) as refused:
        await passkeys.begin_passkey(caller)
    assert "remove one" in refused.value.detail
