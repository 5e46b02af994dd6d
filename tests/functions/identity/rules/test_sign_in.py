"""What a sign-in refuses: answers for others, and identity tokens that say something else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from functions.identity.rules.attempt import Attempt, begin, check_answer, checked_return
from functions.identity.rules.browser import Jar, check_own_site, said_of_itself
from functions.identity.rules.id_token import check_id_token
from functions.identity.rules.refusals import CrossSite, SignInRefused
from functions.identity.rules.secrets import challenge, new_secret
from functions.identity.rules.sso import SsoBody
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.wording import field_errors

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = load_key_ring(new_key_ring("identity"))
ISSUER = "https://accounts.example"


def _begun(return_to: str = "/", provider: str = "google") -> Attempt:
    return begin(provider, return_to, new_secret(), NOON)


def _check(attempt: Attempt, state: str, **changed: Any) -> None:
    usual: dict[str, Any] = {"iss": ISSUER, "issuer": ISSUER, "names_itself": True, "at": NOON}
    said = {**usual, **changed}
    iss = said.pop("iss")
    check_answer(attempt, state, iss, **said)


def _reason(attempt: Attempt, state: str, **changed: Any) -> str | None:
    with pytest.raises(SignInRefused) as refused:
        _check(attempt, state, **changed)
    return refused.value.reason


def test_the_answer_to_this_browsers_attempt_is_taken() -> None:
    attempt = _begun("/device")
    _check(attempt, attempt.state)
    _check(attempt, attempt.state, names_itself=False, iss="")


def test_the_state_of_another_browser_is_refused() -> None:
    mine, other = _begun(), _begun()
    assert _reason(mine, other.state) == "another_browser"
    assert _reason(mine, "") == "another_browser"


def test_an_answer_of_another_issuer_is_refused() -> None:
    attempt = _begun()
    assert _reason(attempt, attempt.state, iss="https://evil.example") == "another_issuer"
    assert _reason(attempt, attempt.state, iss="") == "another_issuer"
    unasked = {"iss": "https://evil.example", "names_itself": False}
    assert _reason(attempt, attempt.state, **unasked) == "another_issuer"


def test_an_answer_after_ten_minutes_is_refused() -> None:
    attempt = _begun()
    assert _reason(attempt, attempt.state, at=NOON + timedelta(minutes=10)) == "expired"


def test_an_attempt_is_read_as_it_was_written_and_by_nobody_else() -> None:
    attempt = _begun("/device")
    text = attempt.written(KEYS)
    assert Attempt.read(text, KEYS) == attempt
    others = load_key_ring(new_key_ring("identity"))
    for forged in ("", "x", text[:-5] + "AAAAA", "e30" + text, attempt.written(others), text * 30):
        assert Attempt.read(forged, KEYS) is None


def test_state_nonce_and_verifier_differ_and_are_long_enough() -> None:
    attempt = _begun()
    texts = {attempt.state, attempt.nonce, attempt.verifier, challenge(attempt.verifier)}
    assert len(texts) == 4
    assert {len(each) for each in texts} == {43}


@pytest.mark.parametrize("path", ["/", "/device?user_code=BCDF-GHJK", "/signin#here"])
def test_a_path_of_this_site_is_returned_to(path: str) -> None:
    assert checked_return(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        "/device?user_code=BCDF GHJK",
        " /device",
        "javascript:alert(1)",
        "device",
        "/ünsafe",
        "/" + "x" * 2000,
        "/path\\..\\evil",
    ],
)
def test_a_redirect_to_elsewhere_is_refused(elsewhere: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        checked_return(elsewhere)
    assert refused.value.reason == "open_redirect"


def _claims(**changed: Any) -> dict[str, Any]:
    moment = NOON.timestamp()
    usual = {
        "iss": ISSUER,
        "aud": "assent",
        "sub": "1234",
        "exp": moment + 60,
        "iat": moment,
        "nonce": "n",
        "name": "Gala",
        "email": "gala@clinic.example",
        "email_verified": True,
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def _person(claims: dict[str, Any]) -> Any:
    return check_id_token(
        claims, provider="google", issuer=ISSUER, client_id="assent", nonce="n", at=NOON
    )


def test_a_good_token_names_a_person() -> None:
    person = _person(_claims(aud=["assent", "other"], azp="assent"))
    assert (person.provider, person.subject, person.name) == ("google", "1234", "Gala")


def test_a_mail_address_that_is_not_verified_is_not_kept() -> None:
    assert _person(_claims()).mail == "gala@clinic.example"
    for verified in (False, None, "true", 1):
        assert _person(_claims(email_verified=verified)).mail == ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://evil.example"}, "another_issuer"),
        ({"iss": None}, "another_issuer"),
        ({"aud": "other"}, "another_audience"),
        ({"aud": None}, "another_audience"),
        ({"aud": ["other", "assent"], "azp": "other"}, "another_audience"),
        ({"exp": NOON.timestamp() - 11}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "9999999999"}, "expired"),
        ({"exp": True}, "expired"),
        ({"nbf": NOON.timestamp() + 11}, "not_valid_yet"),
        ({"nonce": "other"}, "nonce_differs"),
        ({"nonce": None}, "nonce_differs"),
        ({"sub": None}, "unverified"),
        ({"sub": ""}, "unverified"),
        ({"sub": 5}, "unverified"),
        ({"sub": "x" * 256}, "unverified"),
    ],
)
def test_a_token_that_says_something_else_is_refused(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        _person(_claims(**changed))
    assert refused.value.reason == reason


def test_the_cookie_keeps_a_session_while_somebody_signs_in_again() -> None:
    jar = Jar("ses_1.0.identity.mac", "attempt.identity.mac")
    assert Jar.read(jar.written()) == jar
    assert Jar.read("") == Jar()
    assert Jar.read("x" * 5000) == Jar()


@pytest.mark.parametrize(
    ("fetch_site", "origin"),
    [
        ("cross-site", "https://assent.example"),
        ("same-site", "https://assent.example"),
        ("none", ""),
        ("", "https://evil.example"),
        ("", "null"),
        ("", ""),
    ],
)
def test_a_call_of_another_sites_page_is_refused(fetch_site: str, origin: str) -> None:
    with pytest.raises(CrossSite):
        check_own_site(fetch_site, origin, "https://assent.example")


def test_a_browser_is_shown_by_what_it_says_in_plain_letters() -> None:
    assert said_of_itself("Mozilla/5.0 (\x1b[31mX\u202e; Linux)") == "Mozilla/5.0 ([31mX; Linux)"


def test_a_call_of_our_own_page_is_taken() -> None:
    check_own_site("same-origin", "null", "https://assent.example")
    check_own_site("", "https://assent.example", "https://assent.example")


def test_the_longest_way_back_fits_the_cookie() -> None:
    longest = checked_return("/" + "x" * 1999)
    attempt = _begun(longest, "x" * 20)
    jar = Jar("x" * 300, attempt.written(KEYS))
    assert Attempt.read(Jar.read(jar.written()).attempt, KEYS) == attempt
    # What browsers keep of one cookie, with its name.
    assert len(f"__session={jar.written()}") <= 4096


@pytest.mark.parametrize("issuer", ["https://[::1/", "https://[/", "https://]", "http://", "x"])
def test_an_issuer_that_is_no_address_is_refused_with_an_example(issuer: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SsoBody(issuer=issuer, client_id="assent", domain="clinic.example")
    (problem,) = field_errors(refused.value)
    assert problem.message == "must be an address like https://login.example.com/clinic"
