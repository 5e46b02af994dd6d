"""The guides that show calls of a platform, followed to the letter on a running one."""

import logging
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import get_args

import pytest

from emulators.running import RunningPlatform
from shared.definitions import Format
from tests.docs.followed import ANSWERS, GUIDES, differences

FOLLOWED = (
    "audit.md",
    "be-told.md",
    "connect-an-mcp-server.md",
    "files-in-and-out.md",
    "govern-the-agent-you-already-have.md",
    "give-an-agent-a-memory.md",
    "governor-api.md",
    "import-an-agent.md",
    "policies.md",
    "sign-up.md",
    "write-a-capsule.md",
    "write-a-skill.md",
    "write-an-agent.md",
)
# Other tests ask for what was followed of it; the other guides are followed at night.
BY_DAY = "governor-api.md"
# Their answers are compared in tests/infra/test_infra_deploy_guide.py and test_sdk_guide.py.
ELSEWHERE = ("deploy.md", "sdk.md")
_EVENT = re.compile(r"^(.*)evt_\d+ +([\w.]+) +(\S+) +[\d:.]+", re.MULTILINE)

_COST = re.compile(r"(\d+) reads?, (\d+) writes?(?:, (\d+) task)?")
# What leads to the commits that the life of an approval tells of, in its order.
_LED_BY = (
    "POST /v1/agents",
    "agent.approval_needed",
    "approval.auto_approved",
    "approval.auto_approved",
    "/veto",
    "approval.vetoed",
    "creation_case.rolled_back",
)

Follow = Callable[[str], list[str]]
Told = tuple[str | None, str, str]


class _Costs(logging.Handler):
    """What each request led to, by its event or its call."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[int, ...]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = vars(record)["fields"]
        kinds = ("firestore-reads", "firestore-writes", "cloud-tasks")
        counted = tuple(fields["operations"].get(kind, 0) for kind in kinds)
        self.seen.append((fields.get("event_type", record.getMessage()), counted))


@pytest.fixture(scope="module")
def costs() -> Iterator[_Costs]:
    """Those of the requests to functions in this process."""
    handler, log = _Costs(), logging.getLogger("assent.request")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


@pytest.fixture(scope="module")
def follow(
    running: RunningPlatform, costs: _Costs, tmp_path_factory: pytest.TempPathFactory
) -> Follow:
    """What is different about a page's answers; each page is followed once."""
    return cache(lambda page: differences(page, running, tmp_path_factory.mktemp("guide")))


@pytest.mark.platform
@pytest.mark.parametrize(
    "page",
    [
        BY_DAY,
        *(pytest.param(page, marks=pytest.mark.nightly) for page in FOLLOWED if page != BY_DAY),
    ],
)
def test_its_commands_succeed_and_answer_what_the_page_prints(page: str, follow: Follow) -> None:
    found = follow(page)
    assert not found, "\n\n".join(found)


@pytest.mark.platform
def test_the_life_of_an_approval_costs_what_its_page_says(follow: Follow, costs: _Costs) -> None:
    follow("governor-api.md")
    page = (GUIDES / "life-of-an-approval.md").read_text()
    shown = [tuple(int(n or 0) for n in each) for each in _COST.findall(page)]
    assert len(shown) == len(_LED_BY)
    for led_by, counted in zip(_LED_BY, shown, strict=True):
        found = {each for name, each in costs.seen if led_by in name}
        reads, writes, deletes = counted
        # Two counters of an event lie in one of four documents now and then.
        assert found & {counted, (reads, writes - 1, deletes)}, f"{led_by}: {found}"


@pytest.mark.platform
def test_the_life_of_an_approval_has_the_events_that_its_page_shows(
    follow: Follow, running: RunningPlatform
) -> None:
    follow("governor-api.md")
    log = {event["id"]: event for event in running.client.events()}
    (first,) = (
        event
        for event in log.values()
        if event["type"] == "assent.creation_case.judged.v1"
        and event["tenantid"] == "governor-api"
        and event["data"]["agent_name"] == "clinic-newsletter-writer"
    )
    story = [each for each in log.values() if each["correlationid"] == first["correlationid"]]
    # The guide goes on with the precedent; the life of the approval ends when it is reversed.
    end = [_type(event) for event in story].index("approval.reversed") + 1
    told = [(_type(log[e["causationid"]]), _type(e), e["actorid"]) for e in story[1:end]]
    shown = list(_shown_events((GUIDES / "life-of-an-approval.md").read_text()))
    assert sorted([(None, _type(first), first["actorid"]), *told], key=str) == sorted(
        shown, key=str
    )


def _type(event: dict[str, str]) -> str:
    return event["type"].removeprefix("assent.").removesuffix(".v1")


def _shown_events(page: str) -> Iterator[Told]:
    """The type of the cause, the type and the actor of each event in the page's tree."""
    above: list[tuple[int, str]] = []
    for indent, type, actor in _EVENT.findall(page.split("```")[1]):
        while above and above[-1][0] >= len(indent):
            above.pop()
        yield above[-1][1] if above else None, type, actor
        above.append((len(indent), type))


def test_each_page_that_prints_answers_is_followed() -> None:
    texts = {page.name: page.read_text() for page in GUIDES.glob("*.md")}
    answer = re.compile(f"^```({'|'.join(ANSWERS)})$", re.MULTILINE)
    printing = [name for name, text in texts.items() if answer.search(text)]
    assert sorted(printing) == sorted([*FOLLOWED, *ELSEWHERE])


def test_the_page_about_imports_describes_every_format() -> None:
    page = (GUIDES / "import-an-agent.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \| ", page, re.MULTILINE)) >= set(get_args(Format))
