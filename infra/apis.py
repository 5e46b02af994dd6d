"""The Google APIs that a project needs before any other resource."""

import pulumi_gcp as gcp

from infra.cloud import Cloud, Part

USED = (
    *("artifactregistry", "cloudbuild", "cloudresourcemanager", "cloudscheduler", "cloudtasks"),
    *("firebase", "firebasehosting", "firestore", "iam", "iamcredentials", "logging", "monitoring"),
    *("pubsub", "run", "secretmanager", "sqladmin", "storage"),
)
BUDGETS = "billingbudgets"


class Apis(Part):
    """Enables every API that the program's resources belong to.

    Deliberately not: disabling them when the stack is destroyed, because other software in the
    project may use them."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        names = USED if cloud.settings.billing_account is None else (*USED, BUDGETS)
        self.enabled = [
            gcp.projects.Service(
                f"apis/{name}",
                project=self.project,
                service=f"{name}.googleapis.com",
                disable_on_destroy=False,
                opts=self.inside(),
            )
            for name in names
        ]
        self.register_outputs({})
