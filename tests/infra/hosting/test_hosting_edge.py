"""What the edge adds to every answer, and what it leaves alone."""

from collections.abc import Mapping
from typing import Any

from infra.preview import Graph

VERSION = "gcp:firebase/hostingVersion:HostingVersion"
RELEASE = "gcp:firebase/hostingRelease:HostingRelease"
DOMAIN = "gcp:firebase/hostingCustomDomain:HostingCustomDomain"
CHECK = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"


def _headers(graph: Graph) -> Mapping[str, str]:
    (version,) = graph.of(VERSION)
    (everywhere,) = version.inputs["config"]["headers"]
    assert everywhere["glob"] == "**"
    headers: Mapping[str, str] = everywhere["headers"]
    return headers


def test_every_answer_carries_the_security_headers(prod: Graph) -> None:
    headers = _headers(prod)
    seconds = int(headers["Strict-Transport-Security"].partition(";")[0].removeprefix("max-age="))
    assert seconds >= 365 * 24 * 3600
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_edge_overrules_nobodys_caching(prod: Graph) -> None:
    assert not {name.lower() for name in _headers(prod)} & {"cache-control", "etag", "expires"}


def test_the_edge_overrules_no_pages_policy(prod: Graph) -> None:
    assert "Content-Security-Policy" not in _headers(prod)


def test_no_other_origin_is_let_in(prod: Graph) -> None:
    assert not [name for name in _headers(prod) if name.lower().startswith("access-control")]


def test_nothing_is_redirected_and_no_file_is_served(prod: Graph) -> None:
    (version,) = prod.of(VERSION)
    configuration: Mapping[str, Any] = version.inputs["config"]
    assert set(configuration) == {"headers", "rewrites"}
    assert all(set(each) == {"glob", "run"} for each in configuration["rewrites"])


def test_what_is_released_is_this_route_table_on_this_site(prod: Graph) -> None:
    (version,) = prod.of(VERSION)
    (release,) = prod.of(RELEASE)
    assert release.inputs["siteId"] == version.inputs["siteId"] == prod.settings.project
    assert version.urn in release.after
    assert "channelId" not in release.inputs


def test_services_are_there_before_the_routes_that_lead_to_them(prod: Graph) -> None:
    (version,) = prod.of(VERSION)
    services = {
        each.urn
        for each in prod.of("gcp:cloudrunv2/service:Service")
        if each.inputs["name"] in prod.settings.public_functions
    }
    assert services <= set(version.after)


def test_a_domain_is_asked_for_only_where_a_stack_has_one(prod: Graph, at_home: Graph) -> None:
    assert prod.count(DOMAIN) == 0
    (domain,) = at_home.of(DOMAIN)
    assert domain.inputs["customDomain"] == "api.example.com"
    assert domain.inputs["siteId"] == at_home.settings.project


def test_the_uptime_check_asks_where_callers_ask(at_home: Graph) -> None:
    (check,) = at_home.of(CHECK)
    assert check.inputs["monitoredResource"]["labels"]["host"] == "api.example.com"
