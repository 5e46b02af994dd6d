"""The edge and the local platform send every path to the same function, or both to none."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.hosting import edge_routes
from infra.preview import Graph
from shared.manifest import Deployable, RouteTable, covers, load_manifests
from tests.infra.hosting.globs import reached

ROOT = Path(__file__).parents[3]
OPENAPI = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text())
VERSION = "gcp:firebase/hostingVersion:HostingVersion"
MANIFESTS = load_manifests(ROOT)
ROUTES = sorted(route for each in MANIFESTS.deployables for route in each.routes)
PRIVATE = [
    *(
        "/",
        "/healthz",
        "/openapi.json",
        "/_platform/health",
        "/_platform/token",
        "/v1",
        "/v2/agents",
    ),
    *(subscription.path for subscription in MANIFESTS.subscriptions),
    *(queue.path for queue in MANIFESTS.queues),
    *(schedule.path for schedule in MANIFESTS.schedules),
]

SEGMENTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~%-]{0,11}", fullmatch=True)
NEAR = st.builds(
    lambda route, tail, more: "/".join(
        [route.removesuffix("/**").replace("*", "apr_1") + tail, *more]
    ),
    st.sampled_from(ROUTES),
    st.sampled_from(["", "s", "-x", "2"]),
    st.lists(SEGMENTS, max_size=4),
)
ANYWHERE = st.builds(lambda segments: "/" + "/".join(segments), st.lists(SEGMENTS, max_size=5))
NAMES = st.sampled_from(["a", "b", "a-a"])
ROUTE = st.builds(
    lambda first, more, below: "/".join(["/v1", first, *more]) + ("/**" if below else ""),
    NAMES,
    st.lists(NAMES | st.just("*"), max_size=3),
    st.booleans(),
)
MOBILE = {"mobile": "/v1/mobile/**"}
DECIDED = {f"own-{verb}": f"/v1/mobile/approvals/*/{verb}" for verb in ("approve", "veto")}


@pytest.fixture(scope="module")
def rewrites(prod: Graph) -> Sequence[Mapping[str, Any]]:
    (version,) = prod.of(VERSION)
    found: Sequence[Mapping[str, Any]] = version.inputs["config"]["rewrites"]
    return found


def test_every_route_has_exactly_one_rewrite_to_its_own_service(
    prod: Graph, rewrites: Sequence[Mapping[str, Any]]
) -> None:
    written = [(each["glob"], each["run"]["serviceId"]) for each in rewrites]
    claimed = [
        (route.replace("/**", "{,/**}"), each.name)
        for each in prod.manifests.deployables
        for route in each.routes
    ]
    assert sorted(written) == sorted(claimed)
    assert len({glob for glob, _ in written}) == len(written)
    assert {each["run"]["region"] for each in rewrites} == {prod.settings.region}


@pytest.mark.parametrize("template", OPENAPI["paths"])
def test_every_public_path_of_the_api_reaches_the_function_that_answers_it(
    rewrites: Sequence[Mapping[str, Any]], template: str
) -> None:
    path = re.sub(r"\{[^}]+\}", "one_01ARZ3NDEKTSV4RRFFQ69G5FAV", template)
    assert reached(rewrites, path) == RouteTable(MANIFESTS.deployables).find(path) is not None


@given(path=NEAR | ANYWHERE)
def test_the_edge_and_the_local_platform_agree_on_every_path(path: str) -> None:
    assert _by_edge(MANIFESTS.deployables, path) == RouteTable(MANIFESTS.deployables).find(path)


@example(routes=["/v1/a/**", "/v1/a/b/**"], path=["a", "b", "a"])
@example(routes=["/v1/a/**", "/v1/a/b"], path=["a", "b"])
@given(
    routes=st.lists(ROUTE, min_size=1, max_size=6, unique=True), path=st.lists(NAMES, max_size=4)
)
def test_they_agree_on_route_tables_that_overlap(routes: list[str], path: list[str]) -> None:
    template = MANIFESTS.deployable("agents")
    overlapping = [_with_route(template, f"f{number}", r) for number, r in enumerate(routes)]
    asked = "/".join(["/v1", *path])
    assert _by_edge(overlapping, asked) == RouteTable(overlapping).find(asked)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("approvals/apr_1/approve", "own-approve"),
        ("approvals/apr_1/veto", "own-veto"),
        ("approvals/apr_1/request-changes", "mobile"),
        ("approvals/apr_1", "mobile"),
        ("approvals/apr_1/approve/again", "mobile"),
        ("approvals//approve", "mobile"),
        ("approvals/approve", "mobile"),
        ("sync", "mobile"),
    ],
)
def test_one_segment_of_a_route_may_be_anything(path: str, name: str) -> None:
    template = MANIFESTS.deployable("agents")
    both = [_with_route(template, each, route) for each, route in {**MOBILE, **DECIDED}.items()]
    for deployables in (both, both[::-1]):
        assert _by_edge(deployables, f"/v1/mobile/{path}") == name
        assert RouteTable(deployables).find(f"/v1/mobile/{path}") == name
        assert list(RouteTable(deployables).contested()) == []


@given(routes=st.lists(ROUTE, min_size=2, max_size=2, unique=True), path=st.lists(NAMES))
def test_where_no_route_is_more_specific_they_are_contested_or_share_no_path(
    routes: list[str], path: list[str]
) -> None:
    asked = "/".join(["/v1", *path])
    template = MANIFESTS.deployable("agents")
    both = RouteTable(_with_route(template, f"f{number}", r) for number, r in enumerate(routes))
    one, other = routes
    ranked = covers(one, other) or covers(other, one)
    if covers(one, asked) and covers(other, asked):
        assert ranked != bool(list(both.contested()))
    if ranked:
        assert list(both.contested()) == []


@pytest.mark.parametrize("path", PRIVATE)
def test_no_private_side_is_reached(rewrites: Sequence[Mapping[str, Any]], path: str) -> None:
    assert reached(rewrites, path) is None


def test_every_service_that_is_reached_is_public(
    prod: Graph, rewrites: Sequence[Mapping[str, Any]]
) -> None:
    reachable = {each["run"]["serviceId"] for each in rewrites}
    assert reachable == {each.name for each in prod.manifests.deployables if each.public}
    services = {each.inputs["name"]: each for each in prod.of("gcp:cloudrunv2/service:Service")}
    assert all(services[name].inputs["invokerIamDisabled"] for name in reachable)
    assert reachable <= set(prod.settings.public_functions)


def _by_edge(deployables: Sequence[Deployable], path: str) -> str | None:
    routes = edge_routes(deployables)
    return reached([{"glob": r.glob, "run": {"serviceId": r.deployable}} for r in routes], path)


def _with_route(template: Deployable, name: str, route: str) -> Deployable:
    assert template.manifest.http is not None
    http = template.manifest.http.model_copy(update={"routes": (route,)})
    return replace(
        template, name=name, manifest=template.manifest.model_copy(update={"http": http})
    )
