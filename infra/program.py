"""The whole cloud, as a table of contents."""

import pulumi

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.events import DEAD_LETTERS, Events
from infra.hosting import Hosting
from infra.observability import Observability
from infra.services import Services
from infra.settings import Settings
from shared.manifest import Manifests


def deploy(settings: Settings, manifests: Manifests) -> None:
    """Declares everything. Raises Refused, before any resource is made, for what is dangerous."""
    cloud = Cloud(settings, manifests)
    options = pulumi.ResourceOptions()
    accounts = Accounts(cloud, options)
    services = Services(cloud, accounts, options=options)
    Events(cloud, accounts, services.of_deployable, options)
    edge = Hosting(cloud, services.of_deployable, options)
    Observability(
        cloud,
        services.of_deployable,
        host=edge.host,
        dead_letters=DEAD_LETTERS,
        options=options,
    )
