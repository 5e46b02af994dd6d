"""The whole cloud, as a table of contents."""

from infra.accounts import Accounts
from infra.apis import Apis
from infra.buckets import Buckets
from infra.cloud import Cloud
from infra.credentials import Credentials
from infra.dangers import refuse_dangers
from infra.events import DEAD_LETTERS, Events
from infra.firestore import Firestore
from infra.hosting import Hosting
from infra.images import Images, Pack
from infra.language import with_language_model
from infra.observability import Observability
from infra.schedules import Schedules
from infra.secret_manager import Secrets
from infra.services import Services
from infra.settings import Settings
from infra.sql import Sql
from infra.timers import Timers
from shared.manifest import Manifests


def deploy(settings: Settings, manifests: Manifests, pack: Pack) -> None:
    """Declares all resources; `pack` makes a lock's archive. Raises Refused for a dangerous choice,
    before anything is declared."""
    if settings.language_model:
        manifests = with_language_model(manifests)
    refuse_dangers(settings, manifests)
    apis = Apis(Cloud(settings, manifests))
    cloud = Cloud(settings, manifests, apis.enabled)
    accounts = Accounts(cloud)

    # Storage
    secrets = Secrets(cloud, accounts.of_deployable)
    Credentials(cloud, accounts)
    Firestore(cloud, accounts)
    Buckets(cloud, accounts)
    reaches_postgres = any(each.manifest.access.reaches_postgres for each in manifests.deployables)
    sql = Sql(cloud, accounts) if reaches_postgres else None

    # Services
    images = Images(cloud, accounts, pack)
    services = Services(cloud, accounts, images, secrets, sql).of_deployable

    # Triggers
    Events(cloud, accounts, services)
    Timers(cloud, accounts, services)
    Schedules(cloud, accounts, services)

    # Edge and monitoring
    hosting = Hosting(cloud, services)
    Observability(cloud, services, host=hosting.host, dead_letters=DEAD_LETTERS)
