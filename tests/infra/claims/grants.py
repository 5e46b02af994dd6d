"""Who may do what: as the manifests say, and nothing else."""

from collections import Counter
from collections.abc import Iterator

from emulators.iam import PROJECT as LOCAL_PROJECT
from emulators.iam import invokers as invokers_of_the_local_platform
from infra.preview import Graph
from shared.kit.secret_names import secrets_of
from shared.kit.topics import publisher_of
from tests.infra.claims.reading import (
    ACCOUNT_MEMBER,
    BUCKET_MEMBER,
    DEAD_LETTERS,
    INVOKER,
    PROJECT_GRANT,
    PUBLISHER,
    PUBSUB,
    QUEUE_MEMBER,
    REPOSITORY_MEMBER,
    SECRET_READER,
    differing,
    email,
    members,
)


def no_grant_is_wide(graph: Graph) -> Iterator[str]:
    for each in graph.resources:
        role, member = str(each.inputs.get("role", "")), str(each.inputs.get("member", ""))
        if role in ("roles/owner", "roles/editor", "roles/viewer") or "*" in role:
            yield f"{each.name}: {role}"
        if member.startswith("all") or "*" in member:
            yield f"{each.name}: granted to {member}"
        if "IAM" in each.type.upper().partition(":")[2] and "Binding" in each.type:
            yield f"{each.name}: a binding overrules other grants"


def no_grant_is_project_wide_without_a_reason(graph: Graph) -> Iterator[str]:
    reasons = {each.urn: str(each.inputs.get("reason", "")) for each in graph.components}
    for each in graph.of(PROJECT_GRANT):
        if len(reasons.get(each.parent, "").split()) < 5:
            yield f"{each.name}: no reason"


def access_in_the_project_is_what_manifests_say(graph: Graph) -> Iterator[str]:
    project = f"projects/{graph.settings.project}"
    roles = {"read": "roles/datastore.viewer", "read-write": "roles/datastore.user"}
    wanted: list[tuple[str, str, str]] = [(email(graph, "builder"), "roles/logging.logWriter", "")]
    for each in graph.manifests.deployables:
        access, account = each.manifest.access, email(graph, each.name)
        if access.firestore != "none":
            wanted.append((account, roles[access.firestore], f'"{project}/databases/(default)"'))
        if access.postgres != "none":
            wanted.append((account, "roles/cloudsql.client", f'"{project}/instances/assent"'))
        if access.credentials and each.public:
            of_credentials = '"/secrets/{name}").startsWith("credential-")'
            wanted.append((account, f"{project}/roles/assentCredentialMaker", ""))
            wanted.append((account, f"{project}/roles/assentCredentialKeeper", of_credentials))
        if access.credentials and not each.public:
            of_credentials = '"/secrets/{name}").startsWith("credential-")'
            wanted.append((account, f"{project}/roles/assentCredentialRemover", of_credentials))
        if access.model_credentials and each.public:
            of_models = '"/secrets/{name}").startsWith("credential-models-")'
            wanted.append((account, f"{project}/roles/assentModelCredentialReader", of_models))
    found = [
        (
            str(each.inputs["member"]).removeprefix("serviceAccount:"),
            str(each.inputs["role"]),
            str((each.inputs.get("condition") or {}).get("expression", "")),
        )
        for each in graph.of(PROJECT_GRANT)
    ]
    for account, role, resource in wanted:
        fits = [
            one
            for one in found
            if one[:2] == (account, role)
            and (one[2].endswith(resource) if resource else not one[2])
        ]
        if len(fits) != 1:
            yield f"{account}: {len(fits)} grants of {role} for {resource or 'the project'}"
    if len(found) != len(wanted):
        yield f"{len(found)} grants in the project, not {len(wanted)}"


def topics_are_published_to_by_their_function_only(graph: Graph) -> Iterator[str]:
    for topic in graph.manifests.topics:
        publisher = publisher_of(topic)
        own = [each.name for each in graph.manifests.deployables if each.noun == publisher]
        found = members(graph, PUBLISHER, "roles/pubsub.publisher", topic=topic)
        yield from differing(f"publishers of {topic}", found, (email(graph, name) for name in own))
    reacting = [each.name for each in graph.manifests.deployables if each.target == "react"]
    found = members(graph, PUBLISHER, "roles/pubsub.publisher", topic=DEAD_LETTERS)
    wanted = [PUBSUB, *(email(graph, name) for name in reacting)]
    yield from differing("publishers of dead letters", found, wanted)


def secrets_have_exactly_the_readers_their_manifests_name(graph: Graph) -> Iterator[str]:
    wanted: dict[str, list[str]] = {name: [] for name in secrets_of(graph.manifests.secrets)}
    for each in graph.manifests.deployables:
        for name in secrets_of(each.manifest.access.secrets):
            wanted.setdefault(name, []).append(email(graph, each.name))
    secrets = {str(each.inputs["secretId"]) for each in graph.of("gcp:secretmanager/secret:Secret")}
    yield from differing("secrets", Counter(secrets), wanted)
    for name, readers in wanted.items():
        role = "roles/secretmanager.secretAccessor"
        found = members(graph, SECRET_READER, role, secretId=name)
        yield from differing(f"readers of {name}", found, readers)


def private_services_are_invoked_by_exactly_whom_the_local_platform_allows(
    graph: Graph,
) -> Iterator[str]:
    for each in graph.manifests.deployables:
        service = graph.named(f"{each.name}/service").inputs
        found = members(graph, INVOKER, "roles/run.invoker", name=each.name)
        if each.public:
            yield from differing(f"invokers of the public {each.name}", found, ())
        else:
            local = invokers_of_the_local_platform(graph.manifests, each)
            wanted = (
                one.replace(f"@{LOCAL_PROJECT}.", f"@{graph.settings.project}.") for one in local
            )
            yield from differing(f"invokers of {each.name}", found, wanted)
        if service.get("invokerIamDisabled") is not each.public:
            yield f"{each.name}: its invokers are {'' if each.public else 'not '}asked for by IAM"
        ingress = "INGRESS_TRAFFIC_ALL" if each.public else "INGRESS_TRAFFIC_INTERNAL_ONLY"
        if service["ingress"] != ingress:
            yield f"{each.name}: {service['ingress']}"


def queues_have_exactly_their_creators(graph: Graph) -> Iterator[str]:
    queues = {str(each.inputs["name"]): each for each in graph.of("gcp:cloudtasks/queue:Queue")}
    yield from differing(
        "queues", Counter(list(queues)), (each.name for each in graph.manifests.queues)
    )
    acting = set()
    for queue in graph.manifests.queues:
        noun = graph.manifests.deployable(queue.deployable).noun
        own = [email(graph, each.name) for each in graph.manifests.deployables if each.noun == noun]
        caller = email(graph, f"{queue.deployable}-push")
        acting |= {f"{caller} by {one}" for one in own}
        found = members(graph, QUEUE_MEMBER, "roles/cloudtasks.enqueuer", name=queue.name)
        yield from differing(f"creators of {queue.name}", found, own)
    found = Counter(
        f"{str(each.inputs['serviceAccountId']).rpartition('/')[2]} by "
        f"{str(each.inputs['member']).removeprefix('serviceAccount:')}"
        for each in graph.of(ACCOUNT_MEMBER)
        if each.inputs["role"] == "roles/iam.serviceAccountUser"
    )
    yield from differing("accounts used for timers", found, acting)


def the_builder_reads_sources_and_writes_images(graph: Graph) -> Iterator[str]:
    builder = email(graph, "builder")
    bucket = f"{graph.settings.project}-sources"
    sources = members(graph, BUCKET_MEMBER, "roles/storage.objectViewer", bucket=bucket)
    yield from differing("readers of sources", sources, [builder])
    images = members(graph, REPOSITORY_MEMBER, "roles/artifactregistry.writer")
    yield from differing("writers of images", images, [builder])
    if graph.count(REPOSITORY_MEMBER) != 1:
        yield f"{graph.count(REPOSITORY_MEMBER)} of {REPOSITORY_MEMBER}"


def buckets_are_written_by_the_private_sides_that_name_them(graph: Graph) -> Iterator[str]:
    expected = 1
    for name, lifetime in graph.manifests.buckets.items():
        writing = ("objectCreator", "objectViewer") if lifetime == "kept" else ("objectUser",)
        wanted: dict[str, list[str]] = {each: [] for each in (*writing, "objectViewer")}
        for each in graph.manifests.deployables:
            said = each.manifest.access.buckets.get(name)
            if said is not None and not each.public:
                for role in ("objectViewer",) if said == "read" else writing:
                    wanted[role].append(email(graph, each.name))
        for role, whose in wanted.items():
            expected += len(whose)
            bucket = f"{graph.settings.project}-{name}"
            found = members(graph, BUCKET_MEMBER, f"roles/storage.{role}", bucket=bucket)
            yield from differing(f"{role} of {name}", found, whose)
    if graph.count(BUCKET_MEMBER) != expected:
        yield f"{graph.count(BUCKET_MEMBER)} grants in buckets, not {expected}"
