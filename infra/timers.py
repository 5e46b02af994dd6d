"""Cloud Tasks: a queue for each function with timers, and the grants to create tasks in it."""

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.grants import Grants
from infra.services import Deployed
from shared.manifest import Queue

# The limits of a queue (https://cloud.google.com/tasks/docs/quotas).
MOST_DISPATCHES_A_SECOND = 500
MOST_DISPATCHES_AT_ONCE = 5_000


class Timers(pulumi.ComponentResource):
    """A queue for each function with timers, with its manifest's retries. Both sides of the
    function may create tasks in it. Cloud Tasks delivers them to the private side as Pub/Sub would:
    under the push account, which may invoke that side and nothing else.

    Deliberately not: targets set on the queue (each task names its own), or dead letters (a task
    that used up its attempts is deleted; the sweep fires its timer)."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__("assent:infra:Timers", "timers")
        self._cloud = cloud
        grants = Grants(cloud, self)
        for queue in cloud.manifests.queues:
            owner = services[queue.deployable]
            made, caller = self._queue(queue, owner), accounts.of_push[queue.deployable]
            for name, setter in services.items():
                if setter.deployable.noun == owner.deployable.noun:
                    grants.enqueue(f"{name}/may-set-timers", made, setter.account.member)
                    grants.act_as(f"{name}/may-have-timers-fired", caller, setter.account.member)
        self.register_outputs({})

    def _queue(self, queue: Queue, deployed: Deployed) -> gcp.cloudtasks.Queue:
        least, most = queue.backoff
        sizing = deployed.deployable.sizing
        return gcp.cloudtasks.Queue(
            f"{queue.deployable}/fires-timers",
            project=self._cloud.settings.project,
            location=self._cloud.settings.region,
            name=queue.name,
            rate_limits=gcp.cloudtasks.QueueRateLimitsArgs(
                max_dispatches_per_second=MOST_DISPATCHES_A_SECOND,
                max_concurrent_dispatches=min(
                    MOST_DISPATCHES_AT_ONCE,
                    sizing.concurrency * self._cloud.settings.instances(sizing.max_instances),
                ),
            ),
            retry_config=gcp.cloudtasks.QueueRetryConfigArgs(
                max_attempts=queue.attempts, min_backoff=least, max_backoff=most
            ),
            opts=self._cloud.inside(self),
        )
