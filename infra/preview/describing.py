"""The text of a line, for each kind of resource."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.preview.resource import Resource

Inputs = Mapping[str, Any]

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIRECTIONS = {"ASCENDING": "rising", "DESCENDING": "falling"}


@dataclass(frozen=True)
class Kind:
    """A kind of line: its label, and its text for one resource."""

    label: str
    says: Callable[[Inputs], str]


def kind_of(resource: Resource) -> Kind:
    """The kind of a resource; by default its label is its type's name."""
    known = KINDS.get(resource.type)
    if known is not None:
        return known
    words = _WORDS.sub(" ", resource.type.rpartition(":")[2]).lower()
    return Kind(words, lambda _: resource.name.partition("/")[2])


def _short(member: str) -> str:
    """The account's name, without the domain that all accounts share."""
    name, _, domain = member.rpartition(":")[2].rpartition("/")[2].partition("@")
    return "Pub/Sub" if domain.startswith("gcp-sa-pubsub.") else name


def _reads(inputs: Inputs) -> str:
    if "pushConfig" not in inputs:
        return f"{inputs['name']}, pulled by hand"
    topic = str(inputs["topic"]).rpartition("/")[2]
    only = str(inputs.get("filter") or "everything")
    return f"{topic}: {only.replace('hasPrefix(attributes.ce-type,', '(')}"


def _service(inputs: Inputs) -> str:
    template = inputs["template"]
    limits = template["containers"][0]["resources"]["limits"]
    most = int(inputs["scaling"]["maxInstanceCount"])
    who = "anybody" if inputs["invokerIamDisabled"] else "whom it grants it, inside Google"
    return (
        f"0 to {most} instances of {limits['cpu']} cpu and {limits['memory']}, "
        f"{int(template['maxInstanceRequestConcurrency'])} requests each, {template['timeout']}; "
        f"called by {who}"
    )


def _queue(inputs: Inputs) -> str:
    retries = inputs["retryConfig"]
    return (
        f"{inputs['name']}, {int(retries['maxAttempts'])} attempts, "
        f"{retries['minBackoff']} to {retries['maxBackoff']}"
    )


def _project_grant(inputs: Inputs) -> str:
    only = ", one resource of it by condition" if inputs.get("condition") else ""
    return f"{inputs['role']}{only}"


def _index(inputs: Inputs) -> str:
    fields = (f"{each['fieldPath']} {_DIRECTIONS[each['order']]}" for each in inputs["fields"])
    scope = " of all tenants" if inputs["queryScope"] == "COLLECTION_GROUP" else ""
    return f"{inputs['collection']}{scope}: {', '.join(fields)}"


def _field(inputs: Inputs) -> str:
    if "ttlConfig" in inputs:
        means = "expires"
    elif inputs["indexConfig"].get("indexes"):
        means = "indexed over all tenants"
    else:
        means = "not indexed"
    return f"{inputs['collection']}.{inputs['field']} {means}"


def _sql(inputs: Inputs) -> str:
    settings = inputs["settings"]
    backups = "with" if settings["backupConfiguration"]["enabled"] else "without"
    return f"{inputs['databaseVersion']}, {settings['tier']}, {backups} backups, connector only"


def _database(inputs: Inputs) -> str:
    kept = inputs["deleteProtectionState"].endswith("ENABLED")
    rewinds = inputs["pointInTimeRecoveryEnablement"].endswith("ENABLED")
    return (
        f"{inputs['name']} in {inputs['locationId']}, "
        f"{'protected' if kept else 'not protected'}, "
        f"{'seven days' if rewinds else 'no'} point-in-time recovery"
    )


KINDS = {
    "gcp:cloudrunv2/service:Service": Kind("service", _service),
    "gcp:serviceaccount/account:Account": Kind("account", lambda i: str(i["accountId"])),
    "pulumi-python:dynamic/assent:Image": Kind(
        "image",
        lambda i: " on ".join(i[key].rpartition("/")[2] for key in ("image_uri", "base_image")),
    ),
    "gcp:storage/bucketObject:BucketObject": Kind(
        "archive", lambda i: f"{i['name'].partition('/')[0]}.zip, under its hash in {i['bucket']}"
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": Kind(
        "called by", lambda i: _short(i["member"])
    ),
    "gcp:pubsub/topicIAMMember:TopicIAMMember": Kind(
        "may publish", lambda i: f"{_short(i['member'])} to {i['topic']}"
    ),
    "gcp:secretmanager/secretIamMember:SecretIamMember": Kind(
        "may read", lambda i: str(i["secretId"])
    ),
    "gcp:cloudtasks/queueIamMember:QueueIamMember": Kind("may set", lambda i: str(i["name"])),
    "gcp:serviceaccount/iAMMember:IAMMember": Kind(
        "may use account",
        lambda i: (
            f"{_short(i['serviceAccountId'])}: {_short(i['member'])}, {i['role'].partition('.')[2]}"
        ),
    ),
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": Kind(
        "may give up", lambda i: f"{_short(i['member'])} on {i['subscription']}"
    ),
    "gcp:projects/iAMMember:IAMMember": Kind("in the project", _project_grant),
    "gcp:pubsub/subscription:Subscription": Kind("reads", _reads),
    "gcp:pubsub/topic:Topic": Kind("topic", lambda i: str(i["name"])),
    "gcp:cloudtasks/queue:Queue": Kind("timers", _queue),
    "gcp:cloudscheduler/job:Job": Kind("runs", lambda i: f"{i['name']} at {i['schedule']}"),
    "gcp:secretmanager/secret:Secret": Kind("secret", lambda i: str(i["secretId"])),
    "gcp:firestore/database:Database": Kind("database", _database),
    "gcp:firestore/index:Index": Kind("index", _index),
    "gcp:firestore/field:Field": Kind("field", _field),
    "gcp:sql/databaseInstance:DatabaseInstance": Kind("instance", _sql),
    "gcp:projects/service:Service": Kind("api", lambda i: str(i["service"]).partition(".")[0]),
}
