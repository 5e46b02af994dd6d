"""Firebase Hosting in front of the public functions."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import firebase

from infra.cloud import Cloud
from infra.hosting.routes import EdgeRoute, edge_routes
from infra.services import Deployed

# The edge answers API calls and nothing a browser would run, so it forbids everything a page could
# do (https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html, Security
# Headers).
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Hosting(pulumi.ComponentResource):
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
    - serve files: there is no console yet, and this resource cannot upload one;
    - delete Firebase from the project: it cannot be removed once it was added.

    `host` is the public address, also for the uptime check."""

    host: pulumi.Output[str]

    def __init__(self, cloud: Cloud, services: Mapping[str, Deployed]) -> None:
        super().__init__("assent:infra:Hosting", "hosting")
        settings = cloud.settings
        routes = edge_routes(each.deployable for each in services.values())
        inside = cloud.inside(self)
        firebase_project = firebase.Project(
            "hosting/firebase", project=settings.project, opts=inside
        )
        # A project's default site has the project's id.
        site = firebase.HostingSite(
            "hosting/site",
            project=settings.project,
            site_id=settings.project,
            opts=cloud.inside(self, firebase_project),
        )
        version = firebase.HostingVersion(
            "hosting/routes",
            site_id=site.site_id,
            config=_configuration(routes, services),
            opts=inside,
        )
        firebase.HostingRelease(
            "hosting/release",
            site_id=site.site_id,
            version_name=version.name,
            message="the route table of the functions' manifests",
            opts=cloud.inside(self, version),
        )
        if settings.domain is not None:
            firebase.HostingCustomDomain(
                "hosting/domain",
                project=settings.project,
                site_id=site.site_id,
                custom_domain=settings.domain,
                # Its owner adds the DNS records that Hosting requires, which may take days.
                wait_dns_verification=False,
                opts=inside,
            )
        self.host = _host(site, settings.domain)
        self.register_outputs({"host": self.host})


def _configuration(
    routes: tuple[EdgeRoute, ...], services: Mapping[str, Deployed]
) -> firebase.HostingVersionConfigArgs:
    return firebase.HostingVersionConfigArgs(
        headers=[firebase.HostingVersionConfigHeaderArgs(glob="**", headers=SECURITY_HEADERS)],
        rewrites=[
            firebase.HostingVersionConfigRewriteArgs(
                glob=route.glob,
                run=firebase.HostingVersionConfigRewriteRunArgs(
                    service_id=services[route.deployable].service.name,
                    region=services[route.deployable].service.location,
                ),
            )
            for route in routes
        ],
    )


def _host(site: firebase.HostingSite, domain: str | None) -> pulumi.Output[str]:
    if domain is not None:
        return pulumi.Output.from_input(domain)
    return site.site_id.apply(lambda site_id: f"{site_id}.web.app")
