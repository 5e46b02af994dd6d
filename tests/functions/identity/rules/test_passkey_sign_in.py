"""What signing in with a passkey refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.identity.rules.attempt import Attempt, begin
from functions.identity.rules.passkey import Passkey
from functions.identity.rules.passkey_sign_in import (
    LIFE,
    PROVIDER,
    PasskeySignInBody,
    Proof,
    challenge_for,
    check_attempt,
    check_let_in,
    check_proof,
    check_unused,
    counted,
    session_id,
)
from functions.identity.rules.principal import Principal
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import new_secret
from functions.identity.rules.session import start
from shared.kit.passkeys import Site, passkey_id_of, written
from tests.authenticator import HERE, PRESENT, Authenticator

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = Site("assent.test", (HERE,))
ADA = "user_1"


def _attempt(provider: str = PROVIDER) -> Attempt:
    return begin(provider, "/device", new_secret(), NOON, LIFE)


def _passkey(key: Authenticator, **fields: Any) -> Passkey:
    usual: dict[str, Any] = {
        "passkey_id": passkey_id_of(key.credential_id),
        "principal_id": ADA,
        "credential_id": key.credential_id,
        "public_key": written(key.public_key),
        "rp_id": "assent.test",
        "sign_count": key.count,
        "is_synced": True,
        "added_at": NOON,
        "added_in": "ses_1",
        "name": "Laptop",
    }
    return Passkey(**{**usual, **fields})


def _proof(
    key: Authenticator, attempt: Attempt, passkey: Passkey | None = None, **said: Any
) -> Proof:
    owner = said.pop("owner", ADA)
    challenge = said.pop("challenge", challenge_for(attempt))
    body = PasskeySignInBody(**key.sign_in(challenge, owner, **said))
    return check_proof(passkey or _passkey(key), body, attempt, SITE)


def _reason(refused: pytest.ExceptionInfo[SignInRefused]) -> str | None:
    return refused.value.reason


def test_a_passkey_that_signed_this_browsers_challenge_proves_its_owner() -> None:
    key, attempt = Authenticator(), _attempt()
    proof = _proof(key, attempt)
    assert (proof.passkey.principal_id, proof.session_id) == (ADA, session_id(attempt))
    assert counted(proof) == ()


@pytest.mark.parametrize("attempt", [None, _attempt("google")])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(attempt: Attempt | None) -> None:
    with pytest.raises(SignInRefused) as refused:
        check_attempt(attempt, NOON)
    assert _reason(refused) == "another_browser"


def test_an_answer_counts_for_three_minutes() -> None:
    attempt = _attempt()
    assert check_attempt(attempt, NOON + timedelta(seconds=179)) == attempt
    with pytest.raises(SignInRefused) as refused:
        check_attempt(attempt, NOON + timedelta(seconds=180))
    assert _reason(refused) == "expired"


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another browser's challenge": ({}, {"challenge": challenge_for(_attempt())}, "challenge"),
    "a decision's signature": ({}, {"challenge": written(b"\x01" * 32)}, "challenge"),
    "another ceremony": ({}, {"type": "webauthn.create"}, "unverified"),
    "another origin": ({"origin": "https://evil.example"}, {}, "another_origin"),
    "a frame": ({}, {"crossOrigin": True}, "another_origin"),
    "another rp id": ({"rp_id": "evil.example"}, {}, "another_origin"),
    "nobody verified": ({"flags": PRESENT}, {}, "user_not_verified"),
    "nobody there": ({"flags": 0}, {}, "user_not_verified"),
    "somebody else's handle": ({}, {"owner": "user_2"}, "unknown_key"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_assertion_of_something_else_is_refused(wrong: str) -> None:
    fields, said, reason = WRONG[wrong]
    with pytest.raises(SignInRefused) as refused:
        _proof(Authenticator(**fields), _attempt(), **said)
    assert _reason(refused) == {"challenge": "challenge_differs"}.get(reason, reason)


def test_another_keys_signature_is_refused() -> None:
    key = Authenticator()
    known = _passkey(key, public_key=written(Authenticator().public_key))
    with pytest.raises(SignInRefused) as refused:
        _proof(key, _attempt(), known)
    assert _reason(refused) == "unverified"


def test_a_passkey_that_is_not_there_now_is_refused() -> None:
    key, attempt = Authenticator(), _attempt()
    body = PasskeySignInBody(**key.sign_in(challenge_for(attempt), ADA))
    removed = _passkey(key, removed_at=NOON, removed_in="ses_1")
    for known in (None, _passkey(Authenticator()), removed):
        with pytest.raises(SignInRefused) as refused:
            check_proof(known, body, attempt, SITE)
        assert _reason(refused) == "unknown_key"
    with pytest.raises(SignInRefused) as refused:
        check_proof(_passkey(key, rp_id="old.test"), body, attempt, SITE)
    assert _reason(refused) == "another_origin"


def test_an_attempt_starts_one_session_and_no_other_starts_the_same() -> None:
    attempt = _attempt()
    assert session_id(attempt) != session_id(_attempt())
    check_unused(None, ADA)
    begun = start(
        session_id(attempt), ADA, NOON, client="browser", provider=PROVIDER, device="Firefox"
    ).state
    with pytest.raises(SignInRefused) as refused:
        check_unused(begun, ADA)
    assert (_reason(refused), refused.value.principal) == ("replayed", ADA)


def test_a_count_goes_up_or_there_is_a_copy() -> None:
    key, attempt = Authenticator(count=4), _attempt()
    (stored,) = counted(_proof(key, attempt, _passkey(key)))
    assert (stored.state.sign_count, stored.event) == (5, None)
    for later in (5, 6):
        known = _passkey(key, sign_count=later)
        key.count = 4
        with pytest.raises(SignInRefused) as refused:
            counted(_proof(key, attempt, known))
        assert (_reason(refused), refused.value.principal) == ("counter_back", ADA)
    key.count = 0
    with pytest.raises(SignInRefused):
        counted(_proof(key, attempt, _passkey(key, sign_count=5)))


def test_whom_a_companys_issuer_lets_in_comes_in_there_only() -> None:
    ada = Principal(principal_id=ADA, kind="human", provider="google", created_at=NOON)
    check_let_in(ada, is_held=False)
    for person, is_held in ((ada.but(home="ten_1"), False), (ada, True)):
        with pytest.raises(SignInRefused) as refused:
            check_let_in(person, is_held=is_held)
        assert (_reason(refused), refused.value.principal) == ("only_at_issuer", ADA)
