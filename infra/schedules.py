"""Cloud Scheduler: one job for each schedule, which reaches its functions as CloudEvents."""

import base64
from collections.abc import Mapping

from pulumi_gcp import cloudscheduler, pubsub

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.events import ack_deadline, push_to
from infra.grants import PUBLISH, grant
from infra.services import Deployed
from shared.kit.bookkeeping import SCHEDULES_SOURCE
from shared.manifest import Schedule

# A job's attributes are fixed, so every run of a schedule is the same event: its time is the clock
# at the function's entry, as for all deliveries.
EVERY_TIME = "1970-01-01T00:00:00.000Z"
# The least that Pub/Sub keeps a message, and the longest that it waits before it tries again.
KEPT = LONGEST_WAIT = "600s"


def attributes_of(schedule: Schedule) -> dict[str, str]:
    """The attributes that reach the boundary as headers, as the local platform's scheduler sends
    them."""
    return {
        "Content-Type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": f"schedule-{schedule.name}",
        "ce-type": schedule.event_type,
        "ce-source": SCHEDULES_SOURCE,
        "ce-subject": f"schedule/{schedule.name}",
        "ce-time": EVERY_TIME,
    }


class Schedules(Part):
    """A job for each schedule, in UTC. It publishes to the schedule's topic, which pushes to each
    of its functions: so however many functions are swept, one job is paid for.

    Deliberately not: retries, so a run is forgotten before it would be tried again. The next run
    follows a failed one."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__(cloud)
        self._accounts = accounts
        self._services = services
        for schedule in cloud.manifests.schedules:
            topic = self._topic(schedule)
            for name in schedule.deployables:
                self._deliver(schedule, topic, name)
            self._job(schedule, topic)
        self.register_outputs({})

    def _topic(self, schedule: Schedule) -> pubsub.Topic:
        name = f"schedules/{schedule.name}"
        topic = pubsub.Topic(name, project=self.project, name=schedule.name, opts=self.inside())
        may = f"schedules/scheduler-may-publish-{schedule.name}"
        grant(self, may, PUBLISH, topic, self._accounts.scheduler.member)
        return topic

    def _deliver(self, schedule: Schedule, topic: pubsub.Topic, name: str) -> None:
        deployed, url = self._services[name], self.cloud.url(name)
        pubsub.Subscription(
            f"{name}/runs-{schedule.name}",
            project=self.project,
            name=f"{name}.{schedule.name}",
            topic=topic.id,
            ack_deadline_seconds=ack_deadline(deployed),
            message_retention_duration=KEPT,
            expiration_policy={"ttl": ""},
            retry_policy={"minimum_backoff": LONGEST_WAIT, "maximum_backoff": LONGEST_WAIT},
            push_config=push_to(self._accounts, name, url, schedule.path),
            opts=self.inside(deployed.service),
        )

    def _job(self, schedule: Schedule, topic: pubsub.Topic) -> None:
        cloudscheduler.Job(
            f"schedules/runs-{schedule.name}",
            project=self.project,
            region=self.region,
            name=schedule.name,
            schedule=schedule.cron,
            time_zone="Etc/UTC",
            retry_config={"retry_count": 0},
            pubsub_target={
                "topic_name": topic.id,
                "attributes": attributes_of(schedule),
                "data": base64.b64encode(b"{}").decode(),
            },
            opts=self.inside(),
        )
