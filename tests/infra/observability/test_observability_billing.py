"""What billing logs of notices, invoices and meters is counted by what its alerts watch."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import Line
from functions.billing.rules.stripe_notices import (
    LATE_SECONDS,
    NoticeRefused,
    SentNotice,
    StripeNotice,
    is_late,
)
from functions.billing.service.reconciliation import reconcile
from functions.billing.service.silent_meters import look_for_silent_meters
from functions.billing.service.stripe_notices import take_notice
from infra.observability.metrics import (
    BILLING,
    LATE_NOTICES,
    OF_BILLING,
    SILENT_METERS,
    UNRECONCILED,
    LogMetric,
)
from infra.preview import Graph
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import Logged, listening
from tests.shared.usage.logs import receipt, turn, write

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAID = {"id": "evt_1", "type": "invoice.paid", "data": {"object": {}}}


def counted(logged: Logged, metric: LogMetric) -> int:
    return sum(matches(metric.filter, each) for each in logged.entries(BILLING))


def test_the_service_that_they_name_is_deployed(prod: Graph) -> None:
    deployed = {each.inputs["name"] for each in prod.of("gcp:cloudrunv2/service:Service")}
    assert BILLING in deployed
    assert all(f'"{BILLING}"' in each.filter for each in OF_BILLING)


@pytest.mark.parametrize(("seconds", "late"), [(LATE_SECONDS, False), (LATE_SECONDS + 1, True)])
def test_a_notice_is_late_ten_minutes_after_it_was_made(seconds: int, late: bool) -> None:
    made = int((AT - timedelta(seconds=seconds)).timestamp())
    assert is_late(StripeNotice.model_validate({**SAID, "created": made}), AT) is late
    assert not is_late(StripeNotice.model_validate(SAID), AT)


@pytest.mark.parametrize(
    ("secret", "refusal"),
    [
        ('{"api_key": "sk_test_1", "webhook_secret": "whsec_1"}', NoticeRefused),
        ("nothing that can be read", Unavailable),
    ],
)
async def test_a_notice_that_is_not_taken_counts(
    secret: str, refusal: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(_: str) -> str:
        return secret

    monkeypatch.setattr("functions.billing.settings.read_secret", read)
    with listening() as logged, pytest.raises(refusal):
        await take_notice(SentNotice(SAID), b"{}", "t=1,v1=00", AT)
    assert counted(logged, LATE_NOTICES) == 1


@pytest.mark.platform
async def test_a_line_that_nothing_was_counted_for_counts(database: str) -> None:
    charge = UsageCharge(
        period="2026-10",
        section=1,
        meter="executions",
        quantity=12,
        before=0,
        included=0,
        charged=12,
        price_cents=10,
        price_units=1,
        cents=120,
        counted=(),
    )
    line = Line(
        line_id="il_1",
        description="",
        cents=120,
        quantity=1,
        period_start=AT,
        period_end=AT,
        usage=charge,
    )
    with listening() as logged:
        (told,) = await reconcile(f"shop-{uuid.uuid4().hex[:12]}", (), (line,))
    assert not told.agrees
    assert counted(logged, UNRECONCILED) == 1


@pytest.mark.platform
async def test_a_meter_that_stopped_counts_and_a_tenant_that_goes_on_does_not(
    database: str,
) -> None:
    tenant = f"shop-{uuid.uuid4().hex[:12]}"
    weeks = [AT - timedelta(days=2 + 7 * each) for each in range(5)]
    await write(tenant, *(receipt(tenant, str(at), at) for at in weeks))
    await write(tenant, *(turn(tenant, f"{at} asked", 7, 0, at) for at in weeks[1:]))
    with listening() as logged:
        await look_for_silent_meters(Caller.acting("service:billing", tenant, AT))
    assert counted(logged, SILENT_METERS) == 1
    await write(tenant, turn(tenant, "again", 7, 0, weeks[0]))
    with listening() as logged:
        await look_for_silent_meters(Caller.acting("service:billing", tenant, AT))
    assert counted(logged, SILENT_METERS) == 0
