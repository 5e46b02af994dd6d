"""Connectors: registered, activated, changed, called, and what each of these may not be."""

import json
import uuid
from typing import Any

import pytest

from shared.kit.errors import Unavailable
from shared.kit.secret_names import credential_secret
from shared.messaging.log import EVENT_LOG
from shared.storage.secrets import read_version
from tests.functions.tools.connecting import (
    APPEND,
    CREATE,
    NAME,
    READ,
    TOKEN,
    Desk,
    call,
    operations,
)
from tests.functions.tools.worlds import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def _title() -> str:
    return f"t-{uuid.uuid4().hex[:12]}"


async def test_a_call_of_an_active_connector_reaches_its_service_once(
    world: World, desk: Desk
) -> None:
    connector, title = await desk.active(), _title()
    made = call(CREATE, connector, title=title)
    first = await world.invoke(made)
    assert (first["status"], first["output"]["value"]["status"]) == ("confirmed", 201), first
    assert first["output"]["value"]["body"]["title"] == title
    assert (first["pin"], first["credential"]) == (connector["pin"], TOKEN)
    assert await world.invoke(made) == first
    assert len(await desk.articles(title)) == 1
    read = call(READ, connector, id=first["output"]["value"]["body"]["id"])
    assert (await world.invoke(read))["output"]["value"]["body"]["title"] == title


async def test_what_is_not_active_is_not_called_and_says_so(world: World, desk: Desk) -> None:
    await desk.credential()
    draft = await desk.sent("POST", "/v1/connectors", desk.definition())
    title = _title()
    answer = await world.invoke(call(CREATE, draft, title=title))
    assert (answer["status"], answer["reason"]) == ("refused", "the connector is draft")
    await desk.activate(draft["pin"])
    reason = {"reason": "It answers nonsense."}
    await desk.sent("POST", f"/v1/connectors/{NAME}/suspend", reason)
    for operation in (CREATE, APPEND):
        answer = await world.invoke(call(operation, draft, title=title))
        assert (answer["status"], answer["reason"]) == ("refused", "the connector is suspended")
    assert await desk.articles(title) == []


async def test_another_definition_is_another_pin_that_no_old_plan_acts_by(
    world: World, desk: Desk
) -> None:
    before, title = await desk.active(), _title()
    change = {"effects": {"articles.append": "publish"}}
    after = await desk.sent("PATCH", f"/v1/connectors/{NAME}", change)
    assert after["pin"] != before["pin"]
    assert (after["status"], after["revision"]) == ("suspended", 2)
    assert after["active_pin"] == before["pin"]
    old = {"pin": before["pin"]}
    answer = await desk.send("POST", f"/v1/connectors/{NAME}/activate", old)
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    await desk.activate(after["pin"])
    told = "the connector is not the one that the plan was compiled with"
    for operation in (CREATE, APPEND):
        answer = await world.invoke(call(operation, before, title=title))
        assert (answer["status"], answer["reason"]) == ("refused", told)
    assert await desk.articles(title) == []
    assert (await world.invoke(call(CREATE, after, title=title)))["status"] == "confirmed"
    same = await desk.sent("PATCH", f"/v1/connectors/{NAME}", change)
    assert (same["pin"], same["status"]) == (after["pin"], "active")


async def test_an_operation_without_an_effect_counts_as_the_gravest(desk: Desk) -> None:
    unsaid = [{name: each[name] for name in each.keys() - {"effect"}} for each in operations()]
    for each in unsaid:
        each.pop("undo", None)
    made = await desk.sent("POST", "/v1/connectors", desk.definition(operations=unsaid))
    assert {each["counts_as"] for each in made["operations"]} == {"pay"}


async def test_a_credential_is_never_shown_and_its_older_values_are_gone(
    world: World, desk: Desk
) -> None:
    await desk.credential("first-secret-value")
    view = await desk.credential("second-secret-value")
    assert view["version"] == 2
    listed = await desk.sent("GET", "/v1/credentials")
    assert [each["name"] for each in listed["items"]] == [TOKEN]
    assert "secret-value" not in json.dumps([view, listed])
    secret = credential_secret(world.tenant, TOKEN)
    assert await read_version(secret, "2", 2) == "second-secret-value"
    with pytest.raises(Unavailable):
        await read_version(secret, "1", 1)
    events = await world.store.find(EVENT_LOG, limit=100)
    assert events.items
    assert "secret-value" not in json.dumps([each.data for each in events.items], default=str)
    await desk.sent("DELETE", f"/v1/credentials/{TOKEN}")
    assert (await desk.sent("GET", "/v1/credentials"))["items"] == []
    assert (await desk.send("DELETE", f"/v1/credentials/{TOKEN}")).status_code == 404
    assert (await desk.credential("third-secret-value"))["version"] == 3
    assert await read_version(secret, "1", 3) == "third-secret-value"


async def test_a_credential_of_models_is_in_a_secret_of_its_own_and_no_connectors(
    world: World, desk: Desk
) -> None:
    await desk.credential("a-secret-value")
    body = {"kind": "bearer", "hosts": ["api.example.com"], "secret": "sk-value"}
    path = f"/v1/credentials/{TOKEN}"
    other = await desk.send("PUT", path, {**body, "used_by": "models"})
    assert (other.status_code, "delete it" in other.text) == (409, True)
    await desk.sent("DELETE", path)
    for wrong in ({"secret": "sk-value\n"}, {"kind": "basic", "user": "ada"}):
        refused = await desk.send("PUT", path, {**body, "used_by": "models", **wrong})
        assert (refused.status_code, "sk-value" in refused.text) == (422, False)
    await desk.sent("PUT", path, {**body, "used_by": "models"})
    secret = credential_secret(world.tenant, TOKEN, of_models=True)
    assert secret.startswith("credential-models-")
    assert await read_version(secret, "1", 2) == "sk-value"
    made = await desk.sent("POST", "/v1/connectors", desk.definition())
    pin = {"pin": made["pin"]}
    refused = await desk.send("POST", f"/v1/connectors/{made['name']}/activate", pin)
    assert (refused.status_code, "used by models" in refused.text) == (409, True)
    await desk.sent("DELETE", path)
    with pytest.raises(Unavailable):
        await read_version(secret, "1", 3)


async def test_a_credential_that_is_gone_or_for_other_hosts_is_not_sent(
    world: World, desk: Desk
) -> None:
    connector, title = await desk.active(), _title()
    told = "the credential of the connector is not there, or not for its hosts"
    await desk.credential(hosts=["api.example.com"])
    answer = await world.invoke(call(APPEND, connector, title=title))
    assert (answer["status"], answer["reason"]) == ("refused", told)
    await desk.sent("DELETE", f"/v1/credentials/{TOKEN}")
    answer = await world.invoke(call(CREATE, connector, title=title))
    assert (answer["status"], answer["reason"]) == ("refused", told)
    assert await desk.articles(title) == []
    await desk.credential()
    assert (await world.invoke(call(CREATE, connector, title=title)))["status"] == "confirmed"


async def test_a_service_that_says_no_is_a_refusal_whose_words_no_receipt_keeps(
    world: World, desk: Desk
) -> None:
    connector = await desk.active()
    await desk.credential("wrong")
    answer = await world.invoke(call(APPEND, connector, title=_title()))
    assert (answer["status"], answer["reason"]) == ("refused", "the service refused it (401)")
    assert "wrong" not in json.dumps(answer)


async def test_arguments_that_the_schema_does_not_take_are_not_sent(
    world: World, desk: Desk
) -> None:
    connector = await desk.active()
    answer = await world.invoke(call(APPEND, connector, title=_title(), more=1))
    assert answer["status"] == "refused"
    assert "does not keep" in answer["detail"]


@pytest.mark.parametrize("fault", ["cut", "half", "huge", "media"])
async def test_what_takes_no_key_and_may_have_acted_is_doubtful(
    world: World, desk: Desk, fault: str
) -> None:
    connector, title = await desk.active(), _title()
    await desk.fail(**{fault: 1})
    made = call(APPEND, connector, title=title)
    answer = await world.invoke(made)
    assert answer["status"] == "doubtful", answer
    assert await world.invoke(made) == answer
    assert len(await desk.articles(title)) == 1


async def test_what_takes_a_key_is_asked_again_and_acts_once(world: World, desk: Desk) -> None:
    connector, title = await desk.active(), _title()
    await desk.fail(cut=1)
    made = call(CREATE, connector, title=title)
    first = await world.post(made.body(), await world.token(made))
    assert first.status_code == 503, first.text
    assert (await world.invoke(made))["status"] == "confirmed"
    assert len(await desk.articles(title)) == 1


@pytest.mark.parametrize("kind", ["header", "basic", "oauth2"])
async def test_each_kind_of_credential_opens_the_service(
    world: World, desk: Desk, kind: str
) -> None:
    shown: dict[str, dict[str, str]] = {
        "header": {"header": "X-Api-Key"},
        "basic": {"user": "assent"},
        "oauth2": {"user": "assent", "token_url": f"{world.targets}/books/token"},
    }
    connector, title = await desk.active(), _title()
    await desk.credential(kind=kind, **shown[kind])
    answer = await world.invoke(call(CREATE, connector, title=title))
    assert answer["status"] == "confirmed", answer


def _keyed(header: str) -> list[dict[str, Any]]:
    return [
        {**each, "idempotency_header": header} if "idempotency_header" in each else each
        for each in operations()
    ]


async def test_a_key_and_a_credential_in_one_header_are_refused_before_any_call(desk: Desk) -> None:
    await desk.credential(kind="header", header="X-Api-Key")
    same = desk.definition(operations=_keyed("x-api-key"))
    answer = await desk.send("POST", "/v1/connectors", same)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    fields = [each["field"] for each in answer.json()["errors"]]
    assert fields == ["operations.1.idempotency_header"]
    made = await desk.sent("POST", "/v1/connectors", desk.definition())
    change = {"operations": _keyed("X-API-KEY")}
    answer = await desk.send("PATCH", f"/v1/connectors/{NAME}", change)
    assert answer.status_code == 422, answer.text
    await desk.credential(kind="header", header="Idempotency-Key")
    answer = await desk.send("POST", f"/v1/connectors/{NAME}/activate", {"pin": made["pin"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict"), answer.text
    assert "the credential is in this header" in answer.json()["detail"]
    open_to_all = desk.definition(name="open", credential=None, operations=_keyed("Authorization"))
    answer = await desk.send("POST", "/v1/connectors", open_to_all)
    assert answer.status_code == 422, answer.text


async def test_a_credential_that_calls_cannot_be_sent_with_is_refused_before_any_call(
    world: World, desk: Desk
) -> None:
    draft = await desk.sent("POST", "/v1/connectors", desk.definition())
    elsewhere = {"user": "assent", "token_url": "https://login.example.com/token"}
    await desk.credential(kind="oauth2", hosts=["127.0.0.1", "login.example.com"], **elsewhere)
    told = "its host login.example.com is not among the hosts of the connector"
    answer = await desk.send("POST", f"/v1/connectors/{NAME}/activate", {"pin": draft["pin"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict"), answer.text
    assert told in answer.json()["detail"]
    answer = await desk.send("POST", "/v1/connectors", desk.definition(name="again"))
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == ["credential"]
    assert told in answer.json()["errors"][0]["message"]
    hosts = ["127.0.0.1", "login.example.com"]
    right = await desk.sent("POST", "/v1/connectors", desk.definition(name="again", hosts=hosts))
    assert right["status"] == "draft"


async def test_another_tenant_and_another_workspace_find_neither(world: World, desk: Desk) -> None:
    connector = await desk.active()
    other = Desk(world.at(f"{world.tenant}-other"))
    narrowed: tuple[dict[str, Any], ...] = ({}, {"workspace": "ws_" + "0" * 26})
    for by in narrowed:
        whose = other if not by else desk
        assert (await whose.sent("GET", "/v1/connectors", **by))["items"] == []
        assert (await whose.sent("GET", "/v1/credentials", **by))["items"] == []
        for method, path, body in (
            ("GET", f"/v1/connectors/{NAME}", None),
            ("PATCH", f"/v1/connectors/{NAME}", {"url": "https://api.example.com"}),
            ("POST", f"/v1/connectors/{NAME}/activate", {"pin": connector["pin"]}),
            ("POST", f"/v1/connectors/{NAME}/suspend", {"reason": "no"}),
            ("DELETE", f"/v1/connectors/{NAME}", None),
            ("DELETE", f"/v1/credentials/{TOKEN}", None),
        ):
            answer = await whose.send(method, path, body, **by)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    await other.world.agent()
    answer = await other.world.invoke(call(CREATE, connector, title=_title()))
    assert answer["status"] == "refused"
    assert answer["reason"] == "there is no such connector, or it has no such operation"
    assert (await desk.sent("GET", f"/v1/connectors/{NAME}"))["status"] == "active"


@pytest.mark.parametrize("role", ["end_user", "analyst", "operator", "deputy", "developer"])
async def test_who_may_not_activate(desk: Desk, role: str) -> None:
    made = await desk.sent("POST", "/v1/connectors", desk.definition(credential=None))
    path = f"/v1/connectors/{NAME}/activate"
    answer = await desk.send("POST", path, {"pin": made["pin"]}, roles=(role,))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_activation_needs_the_credential(desk: Desk) -> None:
    made = await desk.sent("POST", "/v1/connectors", desk.definition(), roles=("developer",))
    path = f"/v1/connectors/{NAME}/activate"
    answer = await desk.send("POST", path, {"pin": made["pin"]})
    assert answer.status_code == 409
    assert f"PUT /v1/credentials/{TOKEN}" in answer.json()["detail"]


async def test_a_name_is_given_once_and_again_after_its_removal(desk: Desk) -> None:
    made = await desk.sent("POST", "/v1/connectors", desk.definition())
    assert (await desk.sent("POST", "/v1/connectors", desk.definition())) == made
    other = desk.definition(credential=None)
    assert (await desk.send("POST", "/v1/connectors", other)).status_code == 409
    await desk.sent("DELETE", f"/v1/connectors/{NAME}")
    assert (await desk.send("GET", f"/v1/connectors/{NAME}")).status_code == 404
    again = await desk.sent("POST", "/v1/connectors", other)
    assert (again["status"], again["revision"]) == ("draft", 2)


_SCHEMA = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


def _changed(**fields: Any) -> list[dict[str, Any]]:
    first, *others = operations()
    return [{**first, **fields}, *others]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("operations", {"kind": "mcp"}),
        ("name", {"name": "mail"}),
        ("url", {"url": "ftp://api.example.com"}),
        ("url", {"url": "https://10.0.0.1x/"}),
        ("hosts", {"hosts": ["api.example.com"]}),
        ("operations.1.name", {"operations": [*operations(), operations()[1]]}),
        ("operations.0.path", {"operations": _changed(path="/a/../b")}),
        ("operations.0.path", {"operations": _changed(path="/articles/{nothing}")}),
        ("operations.0.query.0", {"operations": _changed(query=["nothing"])}),
        ("operations.0.idempotency_header", {"operations": _changed(idempotency_header=None)}),
        ("operations.0.idempotency_header", {"operations": _changed(idempotency_header="Host")}),
        ("operations.0.input_schema", {"operations": _changed(input_schema={"type": "array"})}),
        (
            "operations.0.input_schema",
            {"operations": _changed(input_schema={**_SCHEMA, "$ref": "https://example.com/s"})},
        ),
        (
            "operations.0.input_schema",
            {"operations": _changed(input_schema={"type": "object", "required": 1})},
        ),
        (
            "operations.0.undo.operation",
            {"operations": _changed(undo={"operation": "articles.read", "arguments": {}})},
        ),
        (
            "operations.0.undo.operation",
            {"operations": _changed(undo={"operation": "nothing", "arguments": {}})},
        ),
        (
            "operations.0.undo.arguments",
            {
                "operations": _changed(
                    undo={"operation": "articles.remove", "arguments": {"id": "${{ inputs.x }}"}}
                )
            },
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_a_definition_that_cannot_be_one_is_refused_where_it_is_wrong(
    desk: Desk, field: str, changed: dict[str, Any]
) -> None:
    answer = await desk.send("POST", "/v1/connectors", desk.definition(**changed))
    assert answer.status_code == 422, answer.text
    assert field in [each["field"] for each in answer.json()["errors"]], answer.text


async def test_a_tenant_has_so_many_credentials(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.tools.rules.credential.MOST_CREDENTIALS", 1)
    await desk.credential()
    body = {"kind": "bearer", "hosts": ["127.0.0.1"], "secret": "x"}
    answer = await desk.send("PUT", "/v1/credentials/other", body)
    assert answer.status_code == 409
    assert "delete one" in answer.json()["detail"]
    await desk.credential()
