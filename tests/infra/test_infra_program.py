"""What follows from the manifests is registered, for the checkout as it is."""

from infra.preview import graph
from tests.infra.stacks import settings


def test_every_deployable_has_its_own_service_and_account() -> None:
    found = graph(settings())
    services = {each.inputs["name"]: each for each in found.of("gcp:cloudrunv2/service:Service")}
    accounts = {
        name: each.inputs["template"]["serviceAccount"].partition("@")[0]
        for name, each in services.items()
    }
    assert accounts == {each.name: each.name for each in found.manifests.deployables}
