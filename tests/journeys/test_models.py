"""A program with the openai package needs an address and an API key, and nothing else."""

from typing import Any

import openai
import pytest

from emulators.running import RunningPlatform
from tests.journeys.keys import key_body

pytestmark = pytest.mark.platform
ROUTE = {
    "provider": "openai",
    "model": "scripted",
    "most_tokens_out": 100,
    "prices": {
        "tokens_in_usd_micros": 1_000_000,
        "tokens_out_usd_micros": 4_000_000,
        "as_of": "2026-11-20",
        "page": "https://models.example/prices",
    },
}
SAID: Any = [{"role": "user", "content": "echo"}]


def test_a_program_calls_a_model_with_a_key_and_its_calls_are_in_the_audit_log(
    people: Any, running: RunningPlatform
) -> None:
    gala = people("gala")
    gala.signs_up()
    gala.send("PUT", "/v1/model-routes/small", ROUTE)
    key = gala.post("/v1/api-keys", key_body(running, "models:read", "models:write"))
    with openai.OpenAI(
        base_url=f"{running.url}/v1", api_key=key["secret"], max_retries=0
    ) as program:
        answer = program.chat.completions.create(model="small", messages=SAID)
        assert answer.choices[0].message.content == "echo of 1 messages"
        stream = program.chat.completions.create(model="small", messages=SAID, stream=True)
        words = [each.choices[0].delta.content or "" for each in stream]
        assert "".join(words) == "echo of 1 messages "
        running.client.wait_until_idle(60)
        budgets = gala.get("/v1/budgets")["items"]
        assert [(each["scope"], each["spent_usd_micros"]) for each in budgets] == [("tenant", 360)]
        gala.send("PUT", f"/v1/budgets/{key['key_id']}", {"limit_usd_micros": 10})
        with pytest.raises(openai.APIStatusError) as refused:
            program.chat.completions.create(model="small", messages=SAID)
    assert (refused.value.status_code, refused.value.code) == (402, "budget_exhausted")
    (route,) = gala.get("/v1/audit/entries?action=assent.model_route.changed.v1")["items"]
    calls = gala.get("/v1/audit/entries?action=assent.model_call.settled.v1")["items"]
    assert route["subject"] == "model_route/small"
    assert "echo" not in str(calls)
    ids = (each["subject"].removeprefix("model_call/") for each in calls)
    receipts = [one for id in ids for one in gala.get(f"/v1/receipts?call_id={id}")["items"]]
    # What a process held by a limit that was another by then, it freed.
    assert {each["outcome"] for each in receipts} <= {"confirmed", "refused"}
    receipt, _ = [each for each in receipts if each["outcome"] == "confirmed"]
    said = (receipt["operation"], receipt["outcome"], receipt["key_id"], receipt["cost_usd_micros"])
    assert said == ("model/chat.completions", "confirmed", key["key_id"], 180)
    verified = gala.post(f"/v1/receipts/{receipt['receipt_id']}/verify", {})
    assert (verified["status"], verified["tampered"]) == ("created", [])
