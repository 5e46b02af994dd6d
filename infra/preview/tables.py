"""A graph as tables: first each function with its own resources, then the shared ones."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table

from infra.preview.graph import Graph, Resource

Inputs = Mapping[str, Any]

_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
# How Google's own services are called.
_AGENTS = {"pubsub": "Pub/Sub", "cloudscheduler": "Cloud Scheduler"}
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
    agent = domain.partition(".")[0].removeprefix("gcp-sa-")
    return _AGENTS.get(agent, name)


def _reads(inputs: Inputs) -> str:
    if "pushConfig" not in inputs:
        return f"{inputs['name']}, pulled by hand"
    topic = str(inputs["topic"]).rpartition("/")[2]
    only = str(inputs.get("filter") or "everything")
    return f"{topic}: {only.replace('hasPrefix(attributes.ce-type,', '(')}"


def _service(inputs: Inputs) -> str:
    limits = inputs["template"]["containers"][0]["resources"]["limits"]
    says = "0 to {scaling[maxInstanceCount]:g} instances of {cpu} cpu and {memory}, "
    says += "{template[maxInstanceRequestConcurrency]:g} requests each, {template[timeout]}; "
    says += "called by {who}"
    who = "anybody" if inputs["invokerIamDisabled"] else "whom it grants it, inside Google"
    return says.format_map({**inputs, **limits, "who": who})


def _may_use(inputs: Inputs) -> str:
    account, member = _short(inputs["serviceAccountId"]), _short(inputs["member"])
    return f"{account}: {member}, {inputs['role'].partition('.')[2]}"


def _project_grant(inputs: Inputs) -> str:
    only = ", one resource of it by condition" if inputs.get("condition") else ""
    return f"{inputs['role']}{only}"


def _index(inputs: Inputs) -> str:
    fields = (f"{each['fieldPath']} {_DIRECTIONS[each['order']]}" for each in inputs["fields"])
    scope = " of all tenants" if inputs["queryScope"] == "COLLECTION_GROUP" else ""
    return f"{inputs['collection']}{scope}: {', '.join(fields)}"


def _field(inputs: Inputs) -> str:
    scopes = {each["queryScope"] for each in inputs["indexConfig"].get("indexes", ())}
    inside = "indexed" if scopes else "not indexed"
    indexed = "indexed over all tenants" if "COLLECTION_GROUP" in scopes else inside
    means = "expires" if "ttlConfig" in inputs else indexed
    return f"{inputs['collection']}.{inputs['field']} {means}"


def _sql(inputs: Inputs) -> str:
    settings = inputs["settings"]
    backups = "with" if settings["backupConfiguration"]["enabled"] else "without"
    return f"{inputs['databaseVersion']}, {settings['tier']}, {backups} backups, connector only"


def _database(inputs: Inputs) -> str:
    kept = inputs["deleteProtectionState"].endswith("ENABLED")
    rewinds = inputs["pointInTimeRecoveryEnablement"].endswith("ENABLED")
    return (
        f"{inputs['name']} in {inputs['locationId']}, {'protected' if kept else 'not protected'}, "
        f"{'seven days' if rewinds else 'no'} point-in-time recovery"
    )


def _image(inputs: Inputs) -> str:
    return " on ".join(inputs[key].rpartition("/")[2] for key in ("image_uri", "base_image"))


def _archive(inputs: Inputs) -> str:
    return f"{inputs['name'].partition('/')[0]}.zip, under its hash in {inputs['bucket']}"


def _member(template: str) -> Callable[[Inputs], str]:
    return lambda inputs: template.format_map({**inputs, "who": _short(inputs["member"])})


_QUEUE = (
    "{name}, {retryConfig[maxAttempts]:g} attempts, {retryConfig[minBackoff]} to "
    "{retryConfig[maxBackoff]}"
)
KINDS = {
    "gcp:cloudrunv2/service:Service": Kind("service", _service),
    "gcp:serviceaccount/account:Account": Kind("account", "{accountId}".format_map),
    "pulumi-python:dynamic/assent:Image": Kind("image", _image),
    "gcp:storage/bucketObject:BucketObject": Kind("archive", _archive),
    "gcp:storage/bucket:Bucket": Kind("bucket", "{name}".format_map),
    "gcp:storage/bucketIAMMember:BucketIAMMember": Kind(
        "in a bucket", _member("{who} as {role} in {bucket}")
    ),
    "gcp:cloudrunv2/serviceIamMember:ServiceIamMember": Kind("called by", _member("{who}")),
    "gcp:pubsub/topicIAMMember:TopicIAMMember": Kind("may publish", _member("{who} to {topic}")),
    "gcp:secretmanager/secretIamMember:SecretIamMember": Kind("may read", "{secretId}".format_map),
    "gcp:cloudtasks/queueIamMember:QueueIamMember": Kind("may set", "{name}".format_map),
    "gcp:serviceaccount/iAMMember:IAMMember": Kind("may use account", _may_use),
    "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember": Kind(
        "may give up", _member("{who} on {subscription}")
    ),
    "gcp:projects/iAMMember:IAMMember": Kind("in the project", _project_grant),
    "gcp:pubsub/subscription:Subscription": Kind("reads", _reads),
    "gcp:pubsub/topic:Topic": Kind("topic", "{name}".format_map),
    "gcp:cloudtasks/queue:Queue": Kind("timers", _QUEUE.format_map),
    "gcp:cloudscheduler/job:Job": Kind("runs", "{name} at {schedule}".format_map),
    "gcp:secretmanager/secret:Secret": Kind("secret", "{secretId}".format_map),
    "gcp:firestore/database:Database": Kind("database", _database),
    "gcp:firestore/index:Index": Kind("index", _index),
    "gcp:firestore/field:Field": Kind("field", _field),
    "gcp:sql/databaseInstance:DatabaseInstance": Kind("instance", _sql),
    "gcp:projects/service:Service": Kind("api", lambda i: str(i["service"]).partition(".")[0]),
}
_ORDER = [kind.label for kind in KINDS.values()]


def tables(graph: Graph) -> Iterator[Table]:
    """One table for each deployable, one for each shared theme, and the total."""
    deployables = [each.name for each in graph.manifests.deployables]
    shared = sorted({each.group for each in graph.resources} - set(deployables))
    for group in (*deployables, *shared):
        own = [each for each in graph.resources if each.group == group]
        if own:
            yield _of_group(_title(graph, group), own)
    yield _sum(graph)


def _title(graph: Graph, group: str) -> str:
    for each in graph.manifests.deployables:
        if each.name == group:
            return (
                f"{group} (public, {len(each.routes)} routes)"
                if each.public
                else f"{group} (private)"
            )
    return group


def _of_group(title: str, resources: list[Resource]) -> Table:
    table = Table(
        title=f"{title}: {len(resources)}",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE,
        show_header=False,
        pad_edge=False,
        min_width=60,
    )
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(justify="right")
    table.add_column()
    for label, lines in _by_kind(resources):
        table.add_row(label, str(len(lines)), _joined(label, lines))
    return table


def _by_kind(resources: Iterable[Resource]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for resource in resources:
        kind = kind_of(resource)
        found.setdefault(kind.label, []).append(kind.says(resource.inputs))
    labels = [*_ORDER, *sorted(found)]
    return [(label, sorted(found[label])) for label in dict.fromkeys(labels) if label in found]


def _joined(label: str, lines: list[str]) -> str:
    """Shortens lines by their common parts."""
    if label == "api":
        return ", ".join(lines)
    if label == "may give up":
        return f"{lines[0].partition(' on ')[0]}, on each subscription"
    return "\n".join(lines)


def _sum(graph: Graph) -> Table:
    counts = Counter(kind_of(each).label for each in graph.resources)
    table = Table(title="In all", title_justify="left", title_style="bold", box=box.SIMPLE)
    table.add_column("kind")
    table.add_column("resources", justify="right")
    for label, number in counts.most_common():
        table.add_row(label, str(number))
    table.add_section()
    table.add_row("all", str(len(graph.resources)), style="bold")
    return table
