"""Functions that nobody wrote, as manifests that contradict neither themselves nor each other."""

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from infra.settings import Settings
from shared.manifest import Handles, Manifest, Manifests
from tests.infra.stacks import settings

NOUNS = ("billing", "capsules", "notices", "policies", "receipts")
VERBS = ("asked", "ended", "opened")
TIMERS = ("assent.expiry.due.v1", "assent.grace_period.due.v1")


@st.composite
def manifests(draw: st.DrawFn) -> Manifests:
    """One to four functions; who publishes, reads, waits and keeps what is left to chance."""
    nouns = draw(st.lists(st.sampled_from(NOUNS), min_size=1, max_size=4, unique=True))
    publishing = [noun for noun in nouns if draw(st.booleans())]
    topics: dict[str, tuple[str, ...]] = {}
    topics |= {f"assent.{noun}.{verb}.v1": (noun,) for noun in publishing for verb in VERBS}
    if publishing:
        topics["assent.lookup.missed.v1"] = tuple(publishing)
    by_noun = {noun: draw(_manifest(noun)) for noun in nouns}
    handles = {
        noun: draw(_handles(sorted(topics)))
        for noun, manifest in by_noun.items()
        if manifest.reactions is not None
    }
    root = Path("/nowhere")
    folders = {noun: root / "functions" / noun for noun in nouns}
    return Manifests(root, by_noun, folders, handles, topics)


def settings_for(chosen: Manifests, **values: Any) -> Settings:
    """Sound settings under which exactly these functions are public."""
    public = [each.name for each in chosen.deployables if each.public]
    return settings(public_functions=public, sql_tier="db-custom-2-7680", **values)


@st.composite
def _manifest(draw: st.DrawFn, noun: str) -> Manifest:
    is_public, is_private = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    secrets = ("signing-key", "public-keys")
    content: dict[str, Any] = {
        "summary": f"What {noun} do, as far as a test needs to know.",
        "access": {
            "firestore": draw(st.sampled_from(["none", "read", "read-write"])),
            "postgres": draw(st.sampled_from(["none", 1, 2])),
            "secrets": [f"{noun}-{one}" for one in secrets] if draw(st.booleans()) else [],
        },
    }
    if is_public:
        content["http"] = {"routes": [f"/v1/{noun}/**"], **draw(_sizing())}
    if is_private:
        content["reactions"] = {
            "schedules": {"assent.sweep.due.v1": "* * * * *"} if draw(st.booleans()) else {},
            **draw(_sizing()),
        }
    return Manifest.model_validate(content)


def _handles(events: list[str]) -> st.SearchStrategy[Handles]:
    read = st.lists(st.sampled_from(events), unique=True) if events else st.just([])
    timers = st.lists(st.sampled_from(TIMERS), unique=True)
    return st.builds(Handles, events=read.map(tuple), timers=timers.map(tuple))


def _sizing() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "max_instances": st.integers(1, 8),
            "concurrency": st.integers(1, 20),
            "timeout": st.sampled_from(["10s", "30s", "300s"]),
        }
    )
