"""Published capsules with their agents, and those that they run, ready to be compiled."""

from collections.abc import Iterable
from datetime import datetime

from events.models import MODEL_ROUTES, ModelRouteState
from events.plan_content import AgentPart
from events.prompts import PROMPTS, PromptContent, PromptState
from functions.capsules.aggregates import CAPSULES
from functions.capsules.rules.capsule import Capsule, capsule_id, line_of
from functions.capsules.rules.compiler import DEEPEST, Source
from functions.capsules.rules.completions import Models, prompts_in, routes_in
from functions.capsules.rules.operations import operations_in
from functions.capsules.rules.problems import Problem, refusal
from functions.capsules.rules.prompts import Prompt
from functions.capsules.rules.source import CapsuleBody
from functions.capsules.service.operations import known_operations
from functions.capsules.service.policies import digest_of
from functions.capsules.settings import settings
from shared.agents.reading import KnownAgent, read_agent_named
from shared.aggregates.command import Command
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.plain_yaml import parse_yaml
from shared.storage.states import read_states


class Sources:
    """Reads capsules of one workspace, or of the rest of the tenant, each once."""

    def __init__(self, work: Command) -> None:
        self.work = work
        self.texts: dict[str, str] = {}
        self.found: dict[str, Source] = {}
        self._agents: dict[str, KnownAgent | None] = {}

    async def newest(self, name: str) -> str:
        """The highest version of the capsule that is published. Raises NotFound for none,
        Unavailable."""
        line = line_of(name, self.work.workspace_id)
        found = await self.work.query(
            CAPSULES,
            where=[("line", "==", line), ("status", "==", "published")],
            order_by="rank",
            descending=True,
            limit=1,
        )
        if not found:
            raise NotFound(f"no version of a capsule {name[:100]!r} is published")
        return found[0].version

    async def read(self, name: str, version: str) -> Source:
        """A published capsule, with those that it names to depth five in `found`. Raises NotFound,
        VersionConflict for one that is not published, CapsuleInvalid where its agent does not
        serve, ContentErased, Unavailable."""
        named = f"{name}@{version}"
        capsule = await self.work.find(CAPSULES, self._id(named))
        if capsule is None:
            raise NotFound(f"there is no capsule {named[:120]!r}")
        if capsule.status != "published":
            raise VersionConflict(
                f"{named} is {capsule.status}: only what is published is compiled"
            )
        source = await self._source(named, capsule)
        await self._read_inner(source.body, 1)
        return source

    async def _read_inner(self, body: CapsuleBody, depth: int) -> None:
        if depth > DEEPEST:
            return
        for named in body.capsules:
            if named in self.found:
                continue
            capsule = await self.work.find(CAPSULES, self._id(named))
            if capsule is not None and capsule.status == "published":
                self.found[named] = inner = await self._source(named, capsule)
                await self._read_inner(inner.body, depth + 1)

    async def _source(self, named: str, capsule: Capsule) -> Source:
        contents = await self.work.read_contents(capsule.checksum)
        text: str = contents.value(capsule.checksum)["source"]
        self.texts[named] = text
        body = CapsuleBody.model_validate(parse_yaml(text.encode()))
        agent = await self._agent(body.agent)
        told = f"there is no agent {body.agent} here" if agent is None else agent.why_not(self._at)
        if agent is None or told is not None:
            raise refusal([Problem("agent", told or "")], text)
        state = agent.state
        part = AgentPart(
            agent_id=state.agent_id,
            name=state.name,
            version=state.version,
            spec_hash=state.spec_hash,
            mode=state.mode,
        )
        policies = await digest_of(self.work.caller)
        most = state.budget.per_run_usd_micros
        operations = await known_operations(self.work, operations_in(body))
        routes = await read_states(self.work.store, MODEL_ROUTES, ModelRouteState, routes_in(body))
        models = Models(settings().model_name, routes)
        prompts = await self._prompts(prompts_in(body))
        what = (body, capsule.checksum, part, agent.rights, most, policies, operations)
        return Source(*what, models, prompts)

    async def _prompts(self, named: Iterable[str]) -> dict[str, Prompt]:
        """The prompts of these names with their contents: two round trips, none for no name."""
        states = await read_states(self.work.store, PROMPTS, PromptState, named)
        contents = await self.work.read_contents(*(each.checksum for each in states.values()))
        found = {}
        for name, each in states.items():
            said = contents.shown(each.checksum)
            content = PromptContent.model_validate(said) if said else None
            found[name] = Prompt(each.status, each.checksum, content)
        return found

    async def _agent(self, name: str) -> KnownAgent | None:
        if name not in self._agents:
            within = self.work.workspace_id
            self._agents[name] = await read_agent_named(self.work.store, name, within)
        return self._agents[name]

    @property
    def _at(self) -> datetime:
        return self.work.at

    def _id(self, named: str) -> str:
        name, _, version = named.partition("@")
        return capsule_id(name, version, self.work.workspace_id)
