"""Cloud Scheduler: the manifests' schedules, sent as CloudEvents."""

import base64
from collections.abc import Mapping

import pulumi
from pulumi_gcp import cloudscheduler

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import INVOKE, grant
from infra.services import Deployed
from shared.manifest import Deployable, Schedule, seconds

# A job's headers are fixed, so every run of a schedule is the same event: its time is the clock at
# the function's entry, as for all deliveries.
EVERY_TIME = "1970-01-01T00:00:00.000Z"


def headers_of(schedule: Schedule, deployable: Deployable) -> dict[str, str]:
    """The headers that the boundary reads, with the names of the local platform's scheduler."""
    return {
        "Content-Type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": f"schedule-{schedule.name}",
        "ce-type": schedule.event_type,
        "ce-source": f"//assent/{deployable.noun}",
        "ce-subject": f"schedule/{schedule.name}",
        "ce-time": EVERY_TIME,
    }


class Schedules(Part):
    """A job for each schedule, in UTC, under the scheduler's own account, which may invoke the
    services that have schedules and no others.

    Deliberately not: retries. The next run follows a failed one."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__(cloud)
        scheduler = accounts.scheduler
        for name in dict.fromkeys(each.deployable for each in cloud.manifests.schedules):
            service = services[name].service
            grant(self, f"{name}/may-be-scheduled", INVOKE, service, scheduler.member)
        for schedule in cloud.manifests.schedules:
            self._job(schedule, services[schedule.deployable], scheduler.email)
        self.register_outputs({})

    def _job(self, schedule: Schedule, deployed: Deployed, email: pulumi.Output[str]) -> None:
        url = self.cloud.url(schedule.deployable)
        timeout = seconds(deployed.deployable.sizing.timeout)
        cloudscheduler.Job(
            f"{schedule.deployable}/runs-{schedule.event_type}",
            project=self.project,
            region=self.region,
            name=schedule.name,
            schedule=schedule.cron,
            time_zone="Etc/UTC",
            # Google takes 15 seconds to 30 minutes.
            attempt_deadline=f"{max(15, timeout)}s",
            retry_config={"retry_count": 0},
            http_target={
                "uri": pulumi.Output.concat(url, schedule.path),
                "http_method": "POST",
                "headers": headers_of(schedule, deployed.deployable),
                "body": base64.b64encode(b"{}").decode(),
                "oidc_token": {"service_account_email": email, "audience": url},
            },
            opts=self.inside(deployed.service),
        )
