"""Cloud Tasks: the queues of each function with timers, and the grants to create tasks in them."""

from collections.abc import Mapping

from pulumi_gcp import cloudtasks

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ACT_AS, ENQUEUE, grant
from infra.services import Deployed
from shared.manifest import Queue


class Timers(Part):
    """A queue for each function with timers, and its queues for crowds, with its manifest's
    retries. Both sides of the function may create tasks in them. Cloud Tasks delivers them to the
    private side as Pub/Sub would: under the push account, which may invoke that side and nothing
    else.

    Deliberately not: targets set on the queue (each task names its own), or dead letters (a task
    that used up its attempts is deleted; the sweep fires its timer)."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__(cloud)
        for queue in cloud.manifests.queues:
            made = self._queue(queue, services[queue.deployable])
            is_own = queue.name == queue.noun
            for name, setter in services.items():
                if setter.deployable.noun != queue.noun:
                    continue
                member = setter.account.member
                where = "timers" if is_own else f"timers-in-{queue.name}"
                grant(self, f"{name}/may-set-{where}", ENQUEUE, made, member)
                if is_own:
                    caller = accounts.of_push[queue.deployable]
                    grant(self, f"{name}/may-have-timers-fired", ACT_AS, caller, member)
        self.register_outputs({})

    def _queue(self, queue: Queue, deployed: Deployed) -> cloudtasks.Queue:
        least, most = queue.backoff
        sizing = deployed.deployable.sizing
        at_once = sizing.concurrency * self.cloud.settings.instances(sizing.max_instances)
        is_own = queue.name == queue.noun
        fires = "fires-timers" if is_own else f"fires-timers-of-{queue.name}"
        return cloudtasks.Queue(
            f"{queue.deployable}/{fires}",
            project=self.project,
            location=self.region,
            name=queue.name,
            rate_limits={
                "max_dispatches_per_second": queue.per_second,
                "max_concurrent_dispatches": min(queue.at_once, at_once),
            },
            retry_config={
                "max_attempts": queue.attempts,
                "min_backoff": least,
                "max_backoff": most,
            },
            opts=self.inside(),
        )
