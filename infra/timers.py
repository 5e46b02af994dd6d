"""Cloud Tasks: a queue for each function with timers, and the grants to create tasks in it."""

from collections.abc import Mapping

from pulumi_gcp import cloudtasks

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ACT_AS, ENQUEUE, grant
from infra.services import Deployed
from shared.manifest import Queue

# The limits of a queue (https://cloud.google.com/tasks/docs/quotas).
MOST_DISPATCHES_A_SECOND = 500
MOST_DISPATCHES_AT_ONCE = 5_000


class Timers(Part):
    """A queue for each function with timers, with its manifest's retries. Both sides of the
    function may create tasks in it. Cloud Tasks delivers them to the private side as Pub/Sub would:
    under the push account, which may invoke that side and nothing else.

    Deliberately not: targets set on the queue (each task names its own), or dead letters (a task
    that used up its attempts is deleted; the sweep fires its timer)."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__(cloud)
        for queue in cloud.manifests.queues:
            owner, caller = services[queue.deployable], accounts.of_push[queue.deployable]
            made = self._queue(queue, owner)
            for name, setter in services.items():
                if setter.deployable.noun == owner.deployable.noun:
                    member = setter.account.member
                    grant(self, f"{name}/may-set-timers", ENQUEUE, made, member)
                    grant(self, f"{name}/may-have-timers-fired", ACT_AS, caller, member)
        self.register_outputs({})

    def _queue(self, queue: Queue, deployed: Deployed) -> cloudtasks.Queue:
        least, most = queue.backoff
        sizing = deployed.deployable.sizing
        at_once = sizing.concurrency * self.cloud.settings.instances(sizing.max_instances)
        return cloudtasks.Queue(
            f"{queue.deployable}/fires-timers",
            project=self.project,
            location=self.region,
            name=queue.name,
            rate_limits={
                "max_dispatches_per_second": MOST_DISPATCHES_A_SECOND,
                "max_concurrent_dispatches": min(MOST_DISPATCHES_AT_ONCE, at_once),
            },
            retry_config={
                "max_attempts": queue.attempts,
                "min_backoff": least,
                "max_backoff": most,
            },
            opts=self.inside(),
        )
