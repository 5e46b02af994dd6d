"""Webhooks that a library of the receivers verifies, and what signs none."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from functions.tools.http.call import Answered, HttpOperation, Refused
from functions.tools.http.targets import Target, Webhook, wrong_together
from shared.kit.webhooks import WrongSecret, keys_of, signed
from tests.functions.tools.http.conftest import CREDENTIAL, Service

NEW, OLD = (f"whsec_{base64.b64encode(bytes([number]) * 24).decode()}" for number in (1, 2))
POST = HttpOperation(method="POST", path="/echo", idempotency_header="webhook-id")
EVENT = {"type": "visit.booked", "data": {"name": "Ä", "count": 3}}


def test_the_specifications_example_has_its_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    headers = signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at)
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [NEW, OLD, f"{NEW} {OLD}"])
async def test_a_receiver_verifies_what_was_sent(service: Service, secret: str) -> None:
    sent = await _sent(service, secret)
    verified = [key for key in (NEW, OLD) if _verifies(key, sent)]
    assert verified == secret.split(" ")
    assert sent["headers"]["webhook-id"] == "inv_1"
    assert json.loads(sent["body"]) == EVENT


async def test_a_receiver_refuses_what_was_altered_on_the_way(service: Service) -> None:
    sent = await _sent(service, NEW)
    headers = sent["headers"]
    altered = {
        "webhook-id": "inv_2",
        "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1),
        "webhook-signature": f"v1,{base64.b64encode(bytes(32)).decode()}",
    }
    for name, value in altered.items():
        assert not _verifies(NEW, {**sent, "headers": {**headers, name: value}})
    assert not _verifies(NEW, {**sent, "body": sent["body"] + " "})


async def test_no_secret_is_in_what_is_sent_or_answered(service: Service) -> None:
    sent = await _sent(service, f"{NEW} {OLD}")
    for each in (NEW, OLD):
        assert each.removeprefix("whsec_") not in json.dumps(sent)


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_AAAA", "secret", NEW.removeprefix("whsec_"), f"{NEW}  {OLD}",
     f"{NEW} {OLD} {NEW}", f"{NEW},{OLD}", "whsec_" + "A" * 200, "whsec_" + "?" * 32],
)  # fmt: skip
async def test_what_is_no_secret_of_webhooks_signs_nothing(service: Service, secret: str) -> None:
    with pytest.raises(WrongSecret):
        keys_of(secret)
    credential = replace(CREDENTIAL, secret=SecretStr(secret))
    outcome = await service.call(POST, EVENT, auth=Webhook(), credential=credential)
    assert isinstance(outcome, Refused)


def test_only_what_has_a_body_is_signed_and_its_key_is_the_id() -> None:
    target = Target(base_url="https://hooks.example", hosts=("hooks.example",), auth=Webhook())
    assert wrong_together(target, POST) is None
    for wrong in (replace(POST, method="GET"), replace(POST, idempotency_header="Webhook-Id")):
        assert wrong_together(target, wrong) is not None


async def _sent(service: Service, secret: str) -> dict[str, Any]:
    credential = replace(CREDENTIAL, secret=SecretStr(secret))
    outcome = await service.call(POST, EVENT, auth=Webhook(), credential=credential)
    assert isinstance(outcome, Answered)
    assert isinstance(outcome.value, dict)
    return outcome.value


def _verifies(secret: str, sent: dict[str, Any]) -> bool:
    try:
        Receiver(secret).verify(sent["body"], sent["headers"])
    except WebhookVerificationError:
        return False
    return True
