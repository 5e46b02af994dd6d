"""Signing in with a passkey: one commit, and one session of one answer, however often it comes."""

import asyncio

import pytest

from functions.identity.aggregates import PASSKEYS, RUN
from functions.identity.rules.passkey_sign_in import PasskeySignInBody
from functions.identity.rules.refusals import SignInRefused
from functions.identity.service import passkeys
from functions.identity.service.passkey_sign_in import begin_with_passkey, finish_with_passkey
from functions.identity.service.platform import on_platform
from functions.identity.service.sessions import list_sessions
from shared.kit.callers import Caller
from shared.kit.operations import start_counting
from tests.authenticator import Authenticator
from tests.functions.identity.service.test_passkeys_kept import LATER, add, signed_in
from tests.shared.cloud import Cloud

pytestmark = pytest.mark.usefixtures("issuer")


@pytest.fixture(autouse=True)
def _whole(cloud: Cloud) -> None:
    cloud.mend()


async def _answer(caller: Caller, key: Authenticator) -> tuple[PasskeySignInBody, str]:
    asked, kept = await begin_with_passkey("/signin", LATER)
    signed = key.sign_in(str(asked.public_key["challenge"]), caller.principal)
    return PasskeySignInBody(**signed), kept


async def _sessions(caller: Caller) -> int:
    return len((await list_sessions(caller, 25, None)).items)


async def test_a_sign_in_is_one_commit_without_a_query() -> None:
    caller, key = await signed_in(), Authenticator(count=1)
    await add(caller, key)
    begun = start_counting()
    body, kept = await _answer(caller, key)
    assert not {name for name in begun if name.startswith("firestore")}
    counted = start_counting()
    assert (await finish_with_passkey(body, kept, "Firefox", LATER)).return_to == "/signin"
    # The passkey twice, its owner, and a session that is not there.
    assert (counted["firestore-reads"], counted["firestore-commits"]) == (4, 1)
    (id,) = [each.passkey_id for each in (await passkeys.list_passkeys(caller)).items]
    passkey = await RUN.find(on_platform(caller.principal, LATER), PASSKEYS, id)
    assert passkey is not None
    assert passkey.sign_count == 2


async def test_of_two_sendings_of_one_answer_at_once_one_signs_in() -> None:
    caller, key = await signed_in(), Authenticator()
    await add(caller, key)
    before = await _sessions(caller)
    body, kept = await _answer(caller, key)
    tries = [finish_with_passkey(body, kept, "Firefox", LATER) for _ in range(4)]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    refused = [each for each in ends if isinstance(each, SignInRefused)]
    assert [each.reason for each in refused] == ["replayed"] * 3
    assert await _sessions(caller) == before + 1
