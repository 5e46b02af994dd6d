"""Firebase Hosting in front of the public functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import firebase

from infra.cloud import Cloud, Part
from infra.services import Deployed
from shared.manifest import Deployable, RouteTable

_AND_BELOW = "/**"

# What every answer says (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html,
# Security Headers). What a page may do, the function that answers says: for API calls nothing, for
# pages what they need; a policy here would replace theirs.
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class EdgeRoute:
    """Requests whose path matches `glob` go to `deployable`."""

    glob: str
    deployable: str


def edge_routes(deployables: Iterable[Deployable]) -> tuple[EdgeRoute, ...]:
    """Every public route once, in an order in which the first match is the most specific one.
    Private sides have no routes and never appear.

    A manifest's `/v1/agents/**` means `/v1/agents` and all below it; Hosting's `/**` means only
    what is below, so it is written `/v1/agents{,/**}`
    (https://firebase.google.com/docs/hosting/full-config#redirects). `*` is one segment in both."""
    return tuple(EdgeRoute(_glob(route), name) for route, name in RouteTable(deployables).entries)


def _glob(route: str) -> str:
    if not route.endswith(_AND_BELOW):
        return route
    return f"{route.removesuffix(_AND_BELOW)}{{,{_AND_BELOW}}}"


class Hosting(Part):
    """The one public address. Guarantees that every public route of the manifests reaches the
    function that claims it, that no other path reaches any function, and that every answer carries
    the security headers.

    Deliberately does not
    - set `Cache-Control`: the functions send `private, no-store` or what a contract allows, and a
      header here would replace theirs;
    - reach a private side: those have no routes;
    - stream, or wait for more than 60 s: the edge buffers whole answers; server-sent events and
      long calls go to the service's own address;
    - pass cookies: only one named `__session` would pass; callers send bearer tokens;
    - serve files: this resource cannot upload any; `mobile-api` serves the console's, and the edge
      keeps those whose names have their hash;
    - delete Firebase from the project: it cannot be removed once it was added.

    `host` is the public address, also for the uptime check."""

    host: pulumi.Output[str]

    def __init__(self, cloud: Cloud, services: Mapping[str, Deployed]) -> None:
        super().__init__(cloud)
        domain = cloud.settings.domain
        firebase_project = firebase.Project(
            "hosting/firebase", project=self.project, opts=self.inside()
        )
        # A project's default site has the project's id.
        site = firebase.HostingSite(
            "hosting/site",
            project=self.project,
            site_id=self.project,
            opts=self.inside(firebase_project),
        )
        version = firebase.HostingVersion(
            "hosting/routes",
            site_id=site.site_id,
            config={
                "headers": [{"glob": "**", "headers": SECURITY_HEADERS}],
                "rewrites": _rewrites(services),
            },
            opts=self.inside(),
        )
        firebase.HostingRelease(
            "hosting/release",
            site_id=site.site_id,
            version_name=version.name,
            message="the route table of the functions' manifests",
            opts=self.inside(version),
        )
        if domain is not None:
            firebase.HostingCustomDomain(
                "hosting/domain",
                project=self.project,
                site_id=site.site_id,
                custom_domain=domain,
                # Its owner adds the DNS records that Hosting requires, which may take days.
                wait_dns_verification=False,
                opts=self.inside(),
            )
        default = pulumi.Output.format("{0}.web.app", site.site_id)
        self.host = default if domain is None else pulumi.Output.from_input(domain)
        self.register_outputs({"host": self.host})


def _rewrites(
    services: Mapping[str, Deployed],
) -> list[firebase.HostingVersionConfigRewriteArgsDict]:
    return [
        {
            "glob": route.glob,
            "run": {
                "service_id": services[route.deployable].service.name,
                "region": services[route.deployable].service.location,
            },
        }
        for route in edge_routes(each.deployable for each in services.values())
    ]
