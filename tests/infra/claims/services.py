"""What runs, and how it is reached."""

import re
from collections import Counter
from collections.abc import Iterator

from infra.preview import Graph
from tests.infra.claims.reading import ACCOUNT, SERVICE, email


def every_deployable_has_its_own_service_and_account(graph: Graph) -> Iterator[str]:
    accounts = {str(each.inputs["accountId"]) for each in graph.of(ACCOUNT)}
    used = Counter(
        (each.inputs["name"], each.inputs["template"]["serviceAccount"])
        for each in graph.of(SERVICE)
    )
    wanted = Counter((each.name, email(graph, each.name)) for each in graph.manifests.deployables)
    if used != wanted:
        yield f"services run as {sorted(used)}, not as {sorted(wanted)}"
    for each in graph.manifests.deployables:
        if email(graph, each.name).partition("@")[0] not in accounts:
            yield f"{each.name} has no account"


def every_route_reaches_exactly_one_function(graph: Graph) -> Iterator[str]:
    (edge,) = graph.of("gcp:firebase/hostingVersion:HostingVersion")
    rewrites = edge.inputs["config"]["rewrites"]
    for each in graph.manifests.deployables:
        for path in (path for route in each.routes for path in paths_of(route)):
            # Hosting takes the first rewrite that matches.
            matching = (one for one in rewrites if is_match(one["glob"], path))
            reached = next((str(one["run"]["serviceId"]) for one in matching), "nothing")
            if reached != each.name:
                yield f"{path}: reaches {reached}, not {each.name}"


def paths_of(route: str) -> Iterator[str]:
    """Paths that the route claims."""
    base = route.removesuffix("/**").replace("*", "some-id")
    yield base
    if route.endswith("/**"):
        yield f"{base}/one"
        yield f"{base}/one/two"


def is_match(glob: str, path: str) -> bool:
    """As Firebase Hosting reads globs, as far as ours go."""
    pattern = re.escape(glob).replace(r"\{,/\*\*\}", "(/.*)?").replace(r"/\*\*", "/.*")
    pattern = pattern.replace(r"/\*", "/[^/]+")
    return re.fullmatch(pattern, path) is not None


def no_service_is_unlimited_or_kept_warm(graph: Graph) -> Iterator[str]:
    for each in graph.of(SERVICE):
        for scaling in (each.inputs["scaling"], each.inputs["template"]["scaling"]):
            if not 1 <= int(scaling.get("maxInstanceCount") or 0) <= 100:
                yield f"{each.name}: up to {scaling.get('maxInstanceCount')} instances"
            if int(scaling.get("minInstanceCount") or 0) != 0:
                yield f"{each.name}: at least {scaling.get('minInstanceCount')} instances"
        container = each.inputs["template"]["containers"][0]
        if not container["resources"]["startupCpuBoost"] or not container["resources"]["cpuIdle"]:
            yield f"{each.name}: no boost at the start, or processors between requests"
