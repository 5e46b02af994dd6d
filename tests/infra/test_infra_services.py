"""A service finds in the cloud what it finds on the local platform, and no more."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from emulators.functions.environment import Services, of_deployable
from infra.preview.graph import ROOT, graph, graph_of_stack
from infra.services import PASSWORD_VARIABLE
from shared.manifest import Handles, Manifest, Manifests, load_manifests
from tests.infra.manifests import settings_for
from tests.infra.stacks import larger_graph

MANIFESTS = load_manifests(ROOT)
IMAGE = "pulumi-python:dynamic/assent:Image"
NAMES = [each.name for each in MANIFESTS.deployables]

# The local platform's own: its emulators, its clock, and what Cloud Run adds by itself.
ONLY_LOCAL = {
    *("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST"),
    *("SECRET_MANAGER_EMULATOR_HOST", "ASSENT_CLOCK_FILE"),
    *("ASSENT_LOCAL_LIMITS", "ASSENT_LOCAL_TIER"),
    # In the cloud both are the issuer.
    *("ASSENT_PUBLIC_URL", "ASSENT_IDENTITY_URL", "ASSENT_LOOPBACK_CLIENTS"),
    # Counters and ledgers exist on the local platform only (docs/LIMITATIONS.md).
    *("ASSENT_TARGETS_URL", "ASSENT_LOOPBACK_TARGETS"),
    *("K_SERVICE", "K_CONFIGURATION", "K_REVISION"),
}


def local_names(name: str) -> set[str]:
    # Only names are compared: where things listen does not matter here.
    somewhere: dict[str, Any] = {each.name: "somewhere" for each in fields(Services)}
    urls = {each.name: "" for each in MANIFESTS.deployables}
    services = Services(**{**somewhere, "clock": Path("clock"), "urls": urls})
    return set(of_deployable(MANIFESTS.deployable(name), services))


def cloud_environment(name: str) -> dict[str, str]:
    service = graph_of_stack("prod").named(f"{name}/service").inputs
    envs = service["template"]["containers"][0]["envs"]
    return {each["name"]: each.get("value", "") for each in envs}


# Nobody is one until a stack says who.
ADMINS = "ASSENT_PLATFORM_ADMINS"
# There is no model until a stack names one; the local platform has a scripted one.
MODEL = {f"ASSENT_MODEL_{each}": each for each in ("URL", "NAME", "USD_IN", "USD_OUT")}


@pytest.mark.parametrize("name", NAMES)
def test_the_cloud_gives_the_names_that_the_local_platform_gives(name: str) -> None:
    expected = local_names(name) - ONLY_LOCAL - MODEL.keys()
    if "ASSENT_POSTGRES_DSN" in expected:
        # The local database takes its own users without a password.
        expected.add(PASSWORD_VARIABLE)
    if name.startswith("identity"):
        # The local platform has none but those that a test names.
        expected.add(ADMINS)
    # The local platform gives it to every program that it starts.
    expected.add("PYTHONPATH")
    assert set(cloud_environment(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_no_variable_is_empty_unless_nobody_is_meant(name: str) -> None:
    empty = {key for key, value in cloud_environment(name).items() if not value}
    assert empty <= {ADMINS}


@pytest.mark.parametrize("name", NAMES)
def test_no_address_carries_a_password(name: str) -> None:
    address = cloud_environment(name).get("ASSENT_POSTGRES_DSN", "postgresql://assent_app@/")
    assert address.startswith("postgresql://assent_app@/")


@pytest.mark.parametrize("name", NAMES)
def test_a_service_has_the_connector_exactly_where_its_manifest_has_postgres(name: str) -> None:
    template = graph_of_stack("prod").named(f"{name}/service").inputs["template"]
    mounted = [each["mountPath"] for each in template["containers"][0].get("volumeMounts", [])]
    connected = [each["cloudSqlInstance"] for each in template.get("volumes", [])]
    reaches = MANIFESTS.deployable(name).manifest.access.postgres != "none"
    assert (mounted, connected) == (
        (["/cloudsql"], [{"instances": ["assent-prod:us-central1:assent"]}])
        if reaches
        else ([], [])
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_sized_as_its_manifest_says(name: str) -> None:
    template = graph_of_stack("prod").named(f"{name}/service").inputs["template"]
    sizing = MANIFESTS.deployable(name).sizing
    limits = template["containers"][0]["resources"]["limits"]
    assert (limits["memory"], float(limits["cpu"])) == (sizing.memory, sizing.cpu)
    assert template["maxInstanceRequestConcurrency"] == sizing.concurrency
    assert template["timeout"] == sizing.timeout


@pytest.mark.parametrize("name", NAMES)
def test_a_service_says_which_source_and_target_it_was_built_from(name: str) -> None:
    found = graph_of_stack("prod")
    said = found.named(f"{name}/service").inputs["buildConfig"]
    lock = MANIFESTS.deployable(name).manifest.requirements
    archive = found.named(f"images/{lock}-archive").inputs
    assert said["functionTarget"] == MANIFESTS.deployable(name).target
    assert said["sourceLocation"] == f"gs://{archive['bucket']}/{archive['name']}"


@pytest.mark.parametrize("name", NAMES)
def test_a_deployment_sends_the_traffic_to_what_it_deploys(name: str) -> None:
    traffic = graph_of_stack("prod").named(f"{name}/service").inputs["traffics"]
    assert traffic == [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]


def test_a_stack_may_have_fewer_instances_than_a_manifest_asks_for() -> None:
    scaling = graph_of_stack("dev").named("agents/service").inputs["scaling"]
    assert scaling["maxInstanceCount"] == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_service_waits_for_what_it_reads_when_it_starts(name: str) -> None:
    found = graph_of_stack("prod")
    service = found.named(f"{name}/service")
    # Credentials of tenants are read for calls, and none when a service starts.
    grants = {
        each.urn
        for each in found.resources
        if each.name.startswith(f"{name}/may-read-") and "credentials" not in each.name
    }
    assert grants <= set(service.after)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_chooses_its_function_from_the_image_of_its_lock(name: str) -> None:
    found, deployable = graph_of_stack("prod"), MANIFESTS.deployable(name)
    lock = deployable.manifest.requirements
    (image,) = (each for each in found.of(IMAGE) if each.inputs["archive"].startswith(f"{lock}/"))
    container = found.named(f"{name}/service").inputs["template"]["containers"][0]
    assert container["image"].startswith(f"{image.inputs['image_uri']}@sha256:")
    environment = cloud_environment(name)
    assert ROOT / environment["FUNCTION_SOURCE"] == deployable.source
    assert environment["FUNCTION_TARGET"] == deployable.target


def test_a_function_with_a_lock_of_its_own_runs_another_image() -> None:
    # Two functions alone: the graph of all takes a processor for seconds.
    locks = {"billing": "models", "policies": "runtime"}
    by_noun = {noun: _function(noun, lock) for noun, lock in locks.items()}
    folders = {noun: ROOT / "functions" / noun for noun in locks}
    chosen = Manifests(ROOT, by_noun, folders, {noun: Handles() for noun in locks}, {})
    found = graph(settings_for(chosen), chosen)
    images = {
        each.inputs["name"]: each.inputs["template"]["containers"][0]["image"].partition("@")[0]
        for each in found.of("gcp:cloudrunv2/service:Service")
    }
    ours = "us-central1-docker.pkg.dev/assent-test/functions"
    assert images == {
        f"{noun}{side}": f"{ours}/{lock}"
        for noun, lock in locks.items()
        for side in ("", "-reactions")
    }
    built = {each.inputs["archive"].partition("/")[0] for each in found.of(IMAGE)}
    assert built == {"models", "runtime"}


def _function(noun: str, lock: str) -> Manifest:
    return Manifest.model_validate(
        {
            "summary": f"What {noun} do, as far as a test needs to know.",
            "requirements": lock,
            "http": {"routes": [f"/v1/{noun}/**"]},
            "reactions": {},
        }
    )


def test_a_stack_that_names_a_model_says_so_to_who_asks_it_and_to_nobody_else() -> None:
    found = larger_graph()
    for name in NAMES:
        service = found.named(f"{name}/service").inputs
        envs = service["template"]["containers"][0]["envs"]
        said = {MODEL[each["name"]]: each["value"] for each in envs if each["name"] in MODEL}
        values = ("https://models.example.com/v1", "small", "1.5", "4.0")
        asks = dict(zip(MODEL.values(), values, strict=True))
        # Whoever compiles plans knows which one it is, and nothing else of it.
        knows = {"runs": asks, "models": asks, "capsules": {"NAME": "small"}}
        assert said == knows.get(MANIFESTS.deployable(name).noun, {}), name


def test_only_what_runs_programs_of_tenants_launches_sandboxes_and_only_where_turned_on() -> None:
    asking = {each.name for each in MANIFESTS.deployables if each.manifest.access.sandboxes}
    asking = {name for name in asking if MANIFESTS.deployable(name).public}
    assert asking == {"capsules", "tools"}
    for found, wanted in ((graph_of_stack("prod"), set()), (larger_graph(), asking)):
        for name in NAMES:
            service = found.named(f"{name}/service").inputs
            container = service["template"]["containers"][0]
            launches = container.get("sandboxLauncher") is True
            assert launches == (name in wanted)
            second = service["template"].get("executionEnvironment")
            assert (second == "EXECUTION_ENVIRONMENT_GEN2") == launches
            assert (service.get("launchStage") == "BETA") == launches
            told = {each["name"] for each in container["envs"]}
            assert ("ASSENT_CLOUD_RUN_SANDBOXES" in told) == launches
