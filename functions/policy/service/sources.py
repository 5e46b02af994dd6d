"""What holds in a tenant, with and without a draft."""

from functions.policy.aggregates import POLICIES, PUBLISHED, RUN
from functions.policy.compare.compare import Side
from functions.policy.rules.policy import Policy, with_policy
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.policy.engine import Policies
from shared.policy.platform import platform_sources, policies_with
from shared.policy.published import PUBLISHED as CURRENT
from shared.policy.published import Published
from shared.policy.sources import Source

NOTHING = Published(version=0, sources=())


class Draft:
    """A version of a policy beside what is published in its tenant."""

    def __init__(self, policy: Policy, source: str, published: Published) -> None:
        self.policy = policy
        self.text = source
        self.published = published

    @property
    def source(self) -> Source:
        """The version as it would be published."""
        return Source(self.policy.source_name, self.text)

    @property
    def before(self) -> Side:
        """What holds now."""
        return Side(platform_sources(), self.published.sources)

    @property
    def after(self) -> Side:
        """What would hold with the version published."""
        return Side(platform_sources(), with_policy(self.published, self.policy, self.text))

    def prepared(self) -> Policies:
        """The policies that would hold. Raises PolicyInvalid."""
        return policies_with(tuple(self.after.tenant), self.published.version + 1)


async def read_draft(caller: Caller, policy_id: str) -> Draft:
    """The version with its text, and what is published. Raises NotFound, ContentErased."""
    policy, contents, _ = await RUN.read_whole(
        caller, POLICIES, policy_id, lambda policy: [policy.source_hash]
    )
    published = await RUN.find(caller, PUBLISHED, CURRENT)
    source = contents.value(policy.source_hash)["source"]
    return Draft(policy, source, published or NOTHING)


async def published_in(work: UnitOfWork) -> Published:
    """What is published in the tenant. Raises Unavailable."""
    return await work.find(PUBLISHED, CURRENT) or NOTHING


async def text_of(work: UnitOfWork, policy: Policy) -> str:
    """The version's text. Raises ContentErased, Unavailable."""
    contents = await work.read_contents(policy.source_hash)
    text: str = contents.value(policy.source_hash)["source"]
    return text
