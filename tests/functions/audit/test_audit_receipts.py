"""Each receipt that a run reports is an entry of its own, whose text is its statement."""

import asyncio
import json

import psycopg
import pytest
from pydantic import ValidationError

from events.receipts import CallReceipt, ModelAsked, ProgramReceipt, receipt_id_of, statement
from functions.audit.appender import append
from functions.audit.rules.receipts import recorded
from shared.kit.canonical import canonical_json
from shared.verify.receipts import check_statement
from tests.functions.audit.chains import Chain, broken_at, entries_of
from tests.functions.audit.reports import receipt, report

pytestmark = pytest.mark.platform


async def test_a_receipt_is_an_entry_beside_that_of_its_event_in_one_call(chain: Chain) -> None:
    receipts = [receipt(number) for number in range(60)]
    event = report(chain.tenant, 1, *receipts)
    await append(event)
    own, *others = await entries_of(chain.tenant)
    assert own.event_id == event.id
    assert [each.event_id for each in others] == [each.receipt_id for each in receipts]
    for entry, said in zip(others, receipts, strict=True):
        assert entry.body == canonical_json(statement(said, chain.tenant)).decode()
    assert await broken_at(chain.tenant) is None
    async with await psycopg.AsyncConnection.connect(chain.owner) as owner:
        rows = await owner.execute(
            "SELECT count(DISTINCT xmin::text) FROM audit_entries WHERE tenant_id = %s",
            (chain.tenant,),
        )
        assert await rows.fetchone() == (1,)


async def test_the_entry_of_the_event_has_the_receipts_by_their_hash_only(chain: Chain) -> None:
    await append(report(chain.tenant, 1, receipt(1)))
    own, *_ = await entries_of(chain.tenant)
    assert json.loads(json.loads(own.body)["data"])["receipts"].keys() == {"bytes", "sha256"}


async def test_a_programs_call_of_a_model_has_a_receipt_too(chain: Chain) -> None:
    said = ProgramReceipt(
        receipt_id=receipt_id_of("mdc_1", "confirmed"),
        invocation_id="mdc_1",
        operation="model/messages",
        outcome="confirmed",
        at=receipt(1).at,
        called_by="ada",
        arguments_sha256="a" * 64,
        model=ModelAsked(name="claude", route="small", tokens_in=3),
    )
    data = json.dumps({"receipts": [said.model_dump(mode="json")]})
    settled = {"type": "assent.model_call.settled.v1", "subject": "model_call/mdc_1"}
    await append(report(chain.tenant, 1, receipt(1)))
    await append(report(chain.tenant, 2, data=data, source="//assent/models", **settled))
    *_, own, entry = await entries_of(chain.tenant)
    assert json.loads(json.loads(own.body)["data"])["receipts"].keys() == {"bytes", "sha256"}
    found = recorded(entry)
    assert found is not None
    assert (found.receipt, found.tenant_id) == (said, chain.tenant)
    check_statement(entry.body.encode(), chain.tenant, said.receipt_id)
    await chain.cover()
    assert (await chain.check()).broken == ()


async def test_a_call_without_a_run_has_a_receipt_in_its_place(chain: Chain) -> None:
    fields = receipt(1).model_dump(exclude={"run_id", "step", "iteration", "plan_hash"})
    said = CallReceipt.model_validate(fields)
    data = json.dumps({"receipts": [said.model_dump(mode="json")]})
    reported = {"type": "assent.invocation.reported.v1", "subject": "invocation/inv_1"}
    await append(report(chain.tenant, 1, data=data, source="//assent/tools", **reported))
    *_, entry = await entries_of(chain.tenant)
    found = recorded(entry)
    assert found is not None
    assert found.receipt == said
    await chain.cover()
    assert (await chain.check()).broken == ()


async def test_repeated_and_reordered_deliveries_append_a_receipt_once(chain: Chain) -> None:
    first = report(chain.tenant, 1, receipt(1), receipt(2))
    second = report(chain.tenant, 2, receipt(2), receipt(3))
    await append(second)
    await asyncio.gather(*map(append, (first, second, first, second)))
    ids = sorted(each.event_id for each in await entries_of(chain.tenant))
    assert ids == sorted(
        [first.id, second.id, *(receipt(number).receipt_id for number in (1, 2, 3))]
    )
    assert await broken_at(chain.tenant) is None


async def test_a_receipt_that_is_none_is_refused_with_its_whole_event(chain: Chain) -> None:
    whole = json.loads(report(chain.tenant, 1, receipt(1)).data)
    for changes in ({"receipt_id": "evt_01"}, {"plan_hash": "x"}, {"outcome": "likely"}):
        data = json.dumps({**whole, "receipts": [{**whole["receipts"][0], **changes}]})
        with pytest.raises(ValidationError):
            await append(report(chain.tenant, 1, data=data))
    assert await entries_of(chain.tenant) == []


async def test_a_receipt_is_searched_by_its_agent_its_run_and_its_time(chain: Chain) -> None:
    await append(report(chain.tenant, 1, receipt(1), workspaceid="wsp_1"))
    await append(report(chain.tenant, 2, receipt(2)))
    await chain.cover()
    assert (await chain.check()).broken == ()
    for column in ("actor", "action", "subject", "workspace"):
        await chain.tamper(
            f"UPDATE audit_entries SET {column} = 'x' WHERE {{tenant}} AND number = 2"
        )
        (found,) = (await chain.check()).broken
        assert found.startswith("entry 2: searches find it by other attributes")
        await chain.tamper(
            f"UPDATE audit_entries SET {column} = (SELECT {column} FROM audit_entries WHERE"
            " {tenant} AND number = 4) WHERE {tenant} AND number = 2"
        )
        await chain.tamper(
            "UPDATE audit_entries SET workspace = 'wsp_1' WHERE {tenant} AND number = 2"
        )
    assert (await chain.check()).broken == ()
