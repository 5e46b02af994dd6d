"""Whose notices are taken: signed by our secret, over exactly this body, within five minutes."""

import hashlib
import hmac

import pytest

from functions.billing.rules.stripe_notices import (
    MOST_SIGNATURES,
    TOLERANCE_SECONDS,
    NoticeRefused,
    check_signature,
)

SECRET, BODY, NOW = "whsec_ours", b'{"id": "evt_1"}', 1_795_780_800


def signature(secret: str = SECRET, body: bytes = BODY, at: int = NOW) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("age", [0, TOLERANCE_SECONDS, -TOLERANCE_SECONDS])
def test_what_is_signed_in_time_is_taken_and_again(age: int) -> None:
    for _ in range(2):
        check_signature(f"t={NOW},v1={signature()}", BODY, SECRET, NOW + age)


def test_one_of_several_signatures_is_enough_while_a_secret_is_changed() -> None:
    said = f"t={NOW}, v1={signature('whsec_old')}, v1={signature()}, v0=00"
    check_signature(said, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", "no time"),
        (f"v1={signature()}", "no time"),
        (f"t=-1,v1={signature(at=-1)}", "no time"),
        (f"t={'9' * 40},v1={signature()}", "no time"),
        (f"t={NOW}", "by our secret"),
        (f"t={NOW},v1=", "by our secret"),
        (f"t={NOW},v1=é", "by our secret"),
        (f"t={NOW},v0={signature()}", "by our secret"),
        (f"t={NOW},v1={signature('whsec_other')}", "by our secret"),
        (f"t={NOW},v1={signature(body=b'{}')}", "by our secret"),
        # Signed for another time than it says.
        (f"t={NOW},v1={signature(at=NOW - 1)}", "by our secret"),
        (f"t={NOW}," + "v1=00," * MOST_SIGNATURES + f"v1={signature()}", "by our secret"),
    ],
)
def test_what_our_secret_did_not_sign_is_refused(header: str, detail: str) -> None:
    with pytest.raises(NoticeRefused, match=detail):
        check_signature(header, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    ("age", "detail"),
    [(TOLERANCE_SECONDS + 1, "more than five minutes ago"), (-TOLERANCE_SECONDS - 1, "later time")],
)
def test_a_true_signature_is_not_taken_much_later_or_earlier(age: int, detail: str) -> None:
    with pytest.raises(NoticeRefused, match=detail):
        check_signature(f"t={NOW},v1={signature()}", BODY, SECRET, NOW + age)
