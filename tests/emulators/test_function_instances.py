"""Several instances of one function: who gets which call."""

from collections import Counter

import pytest

from emulators.failures import PlatformError
from emulators.functions.backends import how_many
from emulators.functions.instances import Instances
from emulators.gateway.messages import Answer, Call
from emulators.options import Options
from emulators.running import running_platform
from shared.manifest import load_manifests
from tests.emulators.checkouts import copy_checkout
from tests.emulators.commands import REPOSITORY

CALL = Call("GET", "/", (), b"")


class Counting:
    """A backend that answers with its number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.state = "cold"

    async def send(self, call: Call) -> Answer:
        self.state = "warm"
        return Answer(200, (), str(self.number).encode())

    async def warm_up(self) -> None:
        self.state = "warm"

    async def kill(self) -> None:
        self.state = "cold"

    async def stop(self) -> None:
        self.state = "cold"

    async def stop_if_idle(self, seconds: float) -> None:
        self.state = "cold"


async def _taken(instances: Instances, calls: int) -> list[int]:
    return [int((await instances.send(CALL)).body) for _ in range(calls)]


async def test_instances_take_turns_and_start_with_their_first_call() -> None:
    backends = [Counting(number) for number in range(3)]
    instances = Instances(backends=backends)
    assert instances.state == "cold"
    assert await _taken(instances, 2) == [0, 1]
    assert [each.state for each in backends] == ["warm", "warm", "cold"]
    assert instances.state == "warm"
    assert await _taken(instances, 4) == [2, 0, 1, 2]


async def test_instances_get_the_shares_that_were_asked_for() -> None:
    instances = Instances(backends=[Counting(each) for each in range(3)], shares=(90, 5, 5))
    assert Counter(await _taken(instances, 100)) == {0: 90, 1: 5, 2: 5}


async def test_what_is_done_to_a_function_is_done_to_each_instance() -> None:
    backends = [Counting(number) for number in range(3)]
    instances = Instances(backends=backends)
    for end in (instances.kill(), instances.stop(), instances.stop_if_idle(0)):
        await instances.warm_up()
        assert {each.state for each in backends} == {"warm"}
        await end
        assert instances.state == "cold"


def test_a_public_side_has_as_many_instances_as_its_manifest_allows() -> None:
    manifests, options = load_manifests(REPOSITORY), Options(root=REPOSITORY, instances=3)
    found = {
        name: how_many(manifests.deployable(name), options)
        for name in ("approvals", "approvals-reactions", "audit")
    }
    assert found == {"approvals": 3, "approvals-reactions": 1, "audit": 1}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"instances": 2, "in_process": True}, "without in_process"),
        ({"instances": 3, "shares": (0.5, 0.5)}, "Give 3 instances a share above zero each"),
        ({"instances": 2, "shares": (1.0, 0.0)}, "Give 2 instances a share above zero each"),
    ],
)
def test_options_that_cannot_be_met_are_refused(asked: dict[str, object], told: str) -> None:
    with pytest.raises(PlatformError, match=told):
        Options(root=REPOSITORY, **asked)  # type: ignore[arg-type]


@pytest.mark.nightly
@pytest.mark.platform
@pytest.mark.xdist_group("emulators-instances")
def test_several_processes_answer_behind_the_one_port_and_start_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    checkout = copy_checkout(tmp_path_factory.mktemp("instances") / "checkout")
    with running_platform(Options(root=checkout.root, instances=3)) as platform:

        def answering() -> Counter[int]:
            return Counter(platform.client.http.get("/v1/notes").json()["pid"] for _ in range(9))

        before = answering()
        assert sorted(before.values()) == [3, 3, 3]
        platform.client.http.post("/_platform/functions/notes/kill")
        after = answering()
        assert sorted(after.values()) == [3, 3, 3]
        assert not after.keys() & before.keys()
        logs = {each.name for each in (platform.platform.directory.path / "logs").iterdir()}
        assert {"notes.log", "notes-2.log", "notes-3.log"} <= logs
