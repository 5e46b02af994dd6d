"""The check asks what our function really answers, and it costs next to nothing."""

import json

from infra.observability import uptime
from infra.preview import Graph
from shared.manifest import RouteTable
from shared.runtime.app import create_api
from shared.runtime.entry_points import public_app
from shared.runtime.routes import Router
from tests.infra.observability.logged import ask

CHECK = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"
MONTH_SECONDS = 730 * 3600
FREE_A_MONTH = 1_000_000


async def test_the_function_gives_a_stranger_the_answer_that_is_expected(prod: Graph) -> None:
    (check,) = prod.of(CHECK)
    http = check.inputs["httpCheck"]
    answer = await ask(public_app("mobile-api"), http["requestMethod"], http["path"])
    (accepted,) = http["acceptedResponseStatusCodes"]
    assert answer.status_code == accepted["statusValue"]
    (matcher,) = check.inputs["contentMatchers"]
    assert matcher["jsonPathMatcher"]["jsonPath"] == "$.code"
    assert answer.json()["code"] == json.loads(matcher["content"])


async def test_the_answer_costs_no_billable_operation() -> None:
    answer = await ask(public_app("mobile-api"), "GET", uptime.PATH)
    assert answer.headers["Assent-Cost"] == ""


async def test_a_function_that_does_not_know_the_path_does_not_pass() -> None:
    stranger = create_api(function="stranger", router=Router())
    answer = await ask(stranger, "GET", uptime.PATH)
    assert answer.status_code != uptime.REFUSED


def test_the_path_is_a_public_route(prod: Graph) -> None:
    assert RouteTable(prod.manifests.deployables).find(uptime.PATH) == "mobile-api"


def test_it_asks_the_public_address_over_tls(prod: Graph) -> None:
    (check,) = prod.of(CHECK)
    assert check.inputs["monitoredResource"]["labels"] == {
        "project_id": prod.settings.project,
        "host": f"{prod.settings.project}.web.app",
    }
    assert check.inputs["httpCheck"]["useSsl"]
    assert check.inputs["httpCheck"]["validateSsl"]


def test_it_is_a_hundredth_of_what_is_free(prod: Graph) -> None:
    (check,) = prod.of(CHECK)
    moments = MONTH_SECONDS // int(check.inputs["period"].removesuffix("s"))
    assert moments * len(check.inputs["selectedRegions"]) < FREE_A_MONTH / 100
