"""A connector to a service that somebody else runs: from its registration to the receipt of a call,
and what its change and its suspension do to plans."""

import uuid
from typing import Any

import httpx
import pytest

from emulators.books import SECRET
from emulators.demo.person import Person
from emulators.running import RunningPlatform
from tests.functions.tools.connecting import CREATE, NAME, TOKEN, operations
from tests.journeys.world import World, spec

SCOPES = (
    *("agents:read", "agents:write", "capsules:read", "capsules:write", "runs:read", "runs:write"),
    *("approvals:read", "governance:read", "governance:write", "audit:read"),
)
CAPSULE = f"""\
capsule: post-notes
version: 1.0.0
agent: note-poster
inputs: {{title: string}}
steps:
  - id: post
    use: {CREATE}
    with: {{title: "${{{{ inputs.title }}}}"}}
    approval: required
outputs: {{id: "${{{{ steps.post.output.body.id }}}}"}}
"""

CHOSEN = f"""\
capsule: post-what-is-new
version: 1.0.0
agent: note-poster
inputs: {{title: string}}
steps:
  - id: post
    agent:
      goal: "Post ${{{{ inputs.title }}}}"
      tools: [{CREATE}]
      calls: 2
      turns: 3
      spend_usd: 0.05
outputs: {{said: "${{{{ steps.post.output.text }}}}"}}
"""


def poster(effect: str = "change") -> dict[str, Any]:
    """An agent that posts articles by the connector."""
    declared = [
        {"name": "articles.create", "effect": effect, "undo": "articles.remove"},
        {"name": "articles.remove", "effect": effect},
    ]
    return spec(
        "note-poster",
        systems=[{"name": NAME, "operations": declared}],
        skills=["keep-records"],
        data_access=[{"source": NAME, "mode": "write", "classification": "internal"}],
        rights={"alone": [CREATE], "with_approval": [], "never": []},
    )


class Newsroom:
    """A tenant with an agent, a connector and a capsule."""

    def __init__(self, world: World, url: str) -> None:
        self.world, self.url = world, url
        self.ada = world.person("ada", SCOPES, ("developer",))
        self.gala: Person = world.person("gala", SCOPES, ("governor",))
        self.title = f"t-{uuid.uuid4().hex[:10]}"

    def connect(self) -> dict[str, Any]:
        """The connector, activated by the governor."""
        secret = {"kind": "bearer", "hosts": ["127.0.0.1"], "secret": SECRET}
        stored = self.ada.send("PUT", f"/v1/credentials/{TOKEN}", json=secret)
        assert stored.status_code == 200, stored.text
        body = {"name": NAME, "url": self.url, "credential": TOKEN, "operations": operations()}
        made = self.ada.post("/v1/connectors", body)
        return self.activate(made["pin"])

    def activate(self, pin: str) -> dict[str, Any]:
        return dict(self.gala.post(f"/v1/connectors/{NAME}/activate", {"pin": pin}))

    def certify(self, effect: str = "change") -> None:
        case = self.world.author.send("POST", "/v1/agents", json=poster(effect))
        assert case.status_code == 202, case.text
        self.world.settle()
        self.world.approve(case.json())

    def publish(self) -> None:
        for source in (CAPSULE, CHOSEN):
            name = self.ada.submit("/v1/capsules", source)["name"]
            self.ada.post(f"/v1/capsules/{name}/versions/1.0.0/publish")

    def compiled(self, capsule: str = "post-notes") -> httpx.Response:
        body = {"capsule": capsule, "version": "1.0.0", "inputs": {"title": self.title}}
        return self.ada.send("POST", "/v1/plans", json=body)

    def model_says(self, *answers: dict[str, Any]) -> None:
        """What the scripted model answers where it is to post the article."""
        script = {"goal": f"Post {self.title}", "answers": list(answers)}
        model = self.world.platform.health()["model"]
        httpx.post(f"{model}/scripts", json=script).raise_for_status()

    def plan(self) -> str:
        answer = self.compiled()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["plan_hash"])

    def rehearsal(self, plan_hash: str) -> Any:
        return self.ada.post(f"/v1/plans/{plan_hash}/ghostrun", {"mode": "full"})

    def run(self, plan_hash: str) -> dict[str, Any]:
        """The run, whose calls the governor assented to."""
        run = self.ada.post("/v1/runs", {"plan_hash": plan_hash})
        assert run["status"] == "awaiting_approval", run
        self.world.settle()
        card = self.world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
        assert card["content"]["calls"] == [{"iteration": None, "arguments": {"title": self.title}}]
        assert self.world.decide("approve", card).status_code == 200
        self.world.settle()
        return dict(self.ada.get(f"/v1/runs/{run['run_id']}"))

    def articles(self) -> int:
        headers = {"Authorization": f"Bearer {SECRET}"}
        answer = httpx.get(f"{self.url}/articles", params={"title": self.title}, headers=headers)
        return int(answer.json()["count"])


@pytest.fixture
def newsroom(world: World, running: RunningPlatform) -> Newsroom:
    return Newsroom(world, f"{running.env['ASSENT_TARGETS_URL']}/books")


def test_a_run_acts_by_a_connector_once_and_its_undo_takes_it_back(newsroom: Newsroom) -> None:
    connector = newsroom.connect()
    newsroom.certify()
    newsroom.publish()
    plan_hash = newsroom.plan()
    plan = newsroom.ada.get(f"/v1/plans/{plan_hash}")
    (step,) = plan["content"]["steps"]
    assert step["does"]["pin"] == connector["pin"]
    assert step["does"]["undo"]["operation"] == f"{NAME}/articles.remove"
    assert newsroom.rehearsal(plan_hash)["passes"]
    assert newsroom.articles() == 0

    run = newsroom.run(plan_hash)
    assert (run["status"], run["failure"]) == ("completed", None), run
    assert newsroom.articles() == 1
    (receipt,) = newsroom.gala.get("/v1/receipts", run_id=run["run_id"])["items"]
    said = (receipt["outcome"], receipt["pin"], receipt["credential"])
    assert said == ("confirmed", connector["pin"], TOKEN)

    operator = newsroom.world.person("olga", SCOPES, ("operator",))
    operator.post(f"/v1/runs/{run['run_id']}/undo")
    newsroom.world.settle()
    assert newsroom.articles() == 0


def test_another_definition_and_a_suspension_refuse_plans_and_runs(newsroom: Newsroom) -> None:
    before = newsroom.connect()
    newsroom.certify()
    newsroom.publish()
    plan_hash = newsroom.plan()
    assert newsroom.rehearsal(plan_hash)["passes"]

    url = {"url": f"{newsroom.url}/"}
    changed = newsroom.ada.send("PATCH", f"/v1/connectors/{NAME}", json=url).json()
    assert (changed["status"], changed["active_pin"]) == ("suspended", before["pin"])
    refused = newsroom.compiled()
    assert refused.status_code == 422, refused.text
    assert "is suspended" in refused.text
    run = newsroom.run(plan_hash)
    assert run["status"] == "failed", run
    newsroom.activate(changed["pin"])
    denials = [d for s in newsroom.rehearsal(plan_hash)["steps"] for d in s["denials"]]
    assert [each["code"] for each in denials] == ["operation"]
    assert newsroom.articles() == 0
    entries = newsroom.gala.get("/v1/audit/entries", subject=f"connector/{NAME}")["items"]
    actions = {each["action"] for each in entries}
    assert actions >= {"assent.connector.changed.v1", "assent.connector.activated.v1"}, entries

    again = newsroom.plan()
    assert again != plan_hash
    assert newsroom.rehearsal(again)["passes"]
    assert newsroom.run(again)["status"] == "completed"
    assert newsroom.articles() == 1


def test_a_milder_effect_in_the_spec_is_stopped(newsroom: Newsroom) -> None:
    newsroom.connect()
    newsroom.certify("draft")
    newsroom.publish()
    answer = newsroom.compiled()
    assert answer.status_code == 422, answer.text
    assert "holds newsroom/articles.create as draft" in answer.text


def test_a_model_chooses_calls_of_a_connector_within_its_envelope(newsroom: Newsroom) -> None:
    connector = newsroom.connect()
    newsroom.certify()
    newsroom.publish()
    tool = {"name": f"{NAME}_articles_create", "arguments": {"title": newsroom.title}}
    remove = {"name": f"{NAME}_articles_remove", "arguments": {"id": 1}}
    unknown = {"name": f"{NAME}_articles_print", "arguments": {}}
    newsroom.model_says({"calls": [tool, remove, unknown]}, {"text": "Posted."})
    plan = newsroom.compiled("post-what-is-new").json()
    (call,) = plan["content"]["steps"][0]["does"]["envelope"]["calls"]
    assert (call["operation"], call["pin"]) == (CREATE, connector["pin"])
    assert newsroom.rehearsal(plan["plan_hash"])["passes"]
    run = newsroom.ada.post("/v1/runs", {"plan_hash": plan["plan_hash"]})
    newsroom.world.settle()
    run = newsroom.ada.get(f"/v1/runs/{run['run_id']}")
    assert (run["status"], run["failure"]) == ("completed", None), run
    assert newsroom.articles() == 1
    steps = newsroom.ada.get(f"/v1/runs/{run['run_id']}/steps")["items"]
    (chosen,) = [
        each["turn"]["chosen"] for each in steps if each["turn"] and each["turn"]["chosen"]
    ]
    assert chosen == [CREATE, f"{NAME}/articles.remove", None]
    made, refused, missing = [each for each in steps if each["iteration"] is not None]
    assert made["output"]["labels"] == [f"from:{NAME}", "model:scripted", "untrusted"]
    # The agent may remove only what it undoes, and nothing of that name is there.
    assert refused["output"]["value"] == {"refused": "the agent has no right to it"}
    assert missing["output"]["value"] == {"refused": "there is no such tool"}

    operator = newsroom.world.person("olga", SCOPES, ("operator",))
    operator.post(f"/v1/runs/{run['run_id']}/undo")
    newsroom.world.settle()
    assert newsroom.articles() == 0

    newsroom.ada.send("PATCH", f"/v1/connectors/{NAME}", json={"url": f"{newsroom.url}/"})
    again = newsroom.ada.post("/v1/runs", {"plan_hash": plan["plan_hash"]})
    newsroom.world.settle()
    changed = newsroom.ada.get(f"/v1/runs/{again['run_id']}")
    assert (changed["status"], changed["failure"]["code"]) == ("failed", "operation_changed")
