"""Web Push, as its standards say it, and where it goes."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from functions.notifications.rules.webpush import (
    MOST_BYTES,
    UserKeys,
    encrypt,
    flaw_of_endpoint,
    headers_of,
    point_of,
    vapid_key,
)
from shared.kit import base64url
from tests.functions.notifications.push_service import Browser

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOZILLA = "https://updates.push.services.mozilla.com/wpush/v2/abc"


def test_the_message_of_rfc_8291_appendix_a_is_made_byte_for_byte() -> None:
    private = base64url.decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    sender = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
    keys = UserKeys(
        base64url.decode(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        base64url.decode("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    made = encrypt(
        keys,
        b"When I grow up, I want to be a watermelon",
        salt=base64url.decode("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=sender,
    )
    assert base64url.encode(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
        "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qul"
        "cy4a-fN"
    )


def test_a_browser_reads_the_longest_message_and_no_two_are_alike() -> None:
    browser, text = Browser(), b"a" * MOST_BYTES
    keys = UserKeys(browser.public, browser.auth)
    one, other = encrypt(keys, text), encrypt(keys, text)
    assert browser.decrypt(one) == browser.decrypt(other) == text
    assert one != other
    assert len(one) == 4_096
    with pytest.raises(ValueError, match="at most 3993"):
        encrypt(keys, text + b"a")
    with pytest.raises(ValueError, match="EC key"):
        encrypt(UserKeys(b"\x04" + bytes(64), browser.auth), text)


def test_push_services_know_us_by_a_token_for_them_alone() -> None:
    key = vapid_key(bytes(32))
    assert point_of(vapid_key(bytes(32)).public_key()) == point_of(key.public_key())
    assert point_of(vapid_key(b"1" * 32).public_key()) != point_of(key.public_key())
    said = headers_of(
        MOZILLA,
        key,
        contact="https://assent.example",
        at=NOON,
        useful_until=NOON + timedelta(days=60),
        is_urgent=True,
        topic="t" * 32,
    )
    token, point = (each.partition("=")[2] for each in said["Authorization"][6:].split(", "))
    assert base64url.decode(point) == point_of(key.public_key())
    claims = jwt.decode(token, ECKey.import_key(key.public_key()), ["ES256"]).claims
    assert claims == {
        "aud": "https://updates.push.services.mozilla.com",
        "exp": int((NOON + timedelta(hours=12)).timestamp()),
        "sub": "https://assent.example",
    }
    # A push service keeps nothing for longer than four weeks.
    assert (said["TTL"], said["Urgency"]) == (str(28 * 86_400), "high")


@pytest.mark.parametrize(
    ("endpoint", "local", "is_taken"),
    [
        (MOZILLA, False, True),
        ("https://fcm.googleapis.com/fcm/send/abc", False, True),
        ("https://web.push.apple.com/abc", False, True),
        ("https://wns2-par02p.notify.windows.com/w/?token=abc", False, True),
        ("https://push.services.mozilla.com.evil.example/", False, False),
        ("https://evilfcm.googleapis.com/", False, False),
        ("https://fcm.googleapis.com:8443/", False, False),
        ("https://user@fcm.googleapis.com/", False, False),
        ("http://fcm.googleapis.com/", False, False),
        ("https://169.254.169.254/latest/meta-data", False, False),
        ("http://127.0.0.1:9/push", False, False),
        ("http://127.0.0.1:9/push", True, True),
        ("https://evil.example/", True, False),
    ],
)
def test_only_push_services_of_browsers_are_called(
    endpoint: str, local: bool, is_taken: bool
) -> None:
    assert (flaw_of_endpoint(endpoint, may_be_loopback=local) is None) is is_taken
