"""What clients have. `python -m docs.sdk` generates it from the OpenAPI document."""

from functools import cached_property

from .. import async_waiting, waiting
from ..resource import AsyncClient, Client
from . import async_resources, resources


class Resources(Client):
    """The calls of `Assent`, by what they are about."""

    @cached_property
    def agents(self) -> resources.Agents:
        """Calls about agents."""
        return resources.Agents(self)

    @cached_property
    def api_keys(self) -> resources.ApiKeys:
        """Calls about api keys."""
        return resources.ApiKeys(self)

    @cached_property
    def approvals(self) -> waiting.Approvals:
        """Calls about approvals."""
        return waiting.Approvals(self)

    @cached_property
    def artifacts(self) -> resources.Artifacts:
        """Calls about artifacts."""
        return resources.Artifacts(self)

    @cached_property
    def audit(self) -> resources.Audit:
        """Calls about audit."""
        return resources.Audit(self)

    @cached_property
    def auth(self) -> resources.Auth:
        """Calls about auth."""
        return resources.Auth(self)

    @cached_property
    def billing(self) -> resources.Billing:
        """Calls about billing."""
        return resources.Billing(self)

    @cached_property
    def budgets(self) -> resources.Budgets:
        """Calls about budgets."""
        return resources.Budgets(self)

    @cached_property
    def capsules(self) -> resources.Capsules:
        """Calls about capsules."""
        return resources.Capsules(self)

    @cached_property
    def connectors(self) -> resources.Connectors:
        """Calls about connectors."""
        return resources.Connectors(self)

    @cached_property
    def corpora(self) -> resources.Corpora:
        """Calls about corpora."""
        return resources.Corpora(self)

    @cached_property
    def credentials(self) -> resources.Credentials:
        """Calls about credentials."""
        return resources.Credentials(self)

    @cached_property
    def credits(self) -> resources.Credits:
        """Calls about credits."""
        return resources.Credits(self)

    @cached_property
    def decisions(self) -> resources.Decisions:
        """Calls about decisions."""
        return resources.Decisions(self)

    @cached_property
    def flags(self) -> resources.Flags:
        """Calls about flags."""
        return resources.Flags(self)

    @cached_property
    def governance(self) -> resources.Governance:
        """Calls about governance."""
        return resources.Governance(self)

    @cached_property
    def health(self) -> resources.Health:
        """Calls about health."""
        return resources.Health(self)

    @cached_property
    def impersonations(self) -> resources.Impersonations:
        """Calls about impersonations."""
        return resources.Impersonations(self)

    @cached_property
    def industries(self) -> resources.Industries:
        """Calls about industries."""
        return resources.Industries(self)

    @cached_property
    def invitations(self) -> resources.Invitations:
        """Calls about invitations."""
        return resources.Invitations(self)

    @cached_property
    def invocations(self) -> resources.Invocations:
        """Calls about invocations."""
        return resources.Invocations(self)

    @cached_property
    def invoices(self) -> resources.Invoices:
        """Calls about invoices."""
        return resources.Invoices(self)

    @cached_property
    def jobs(self) -> resources.Jobs:
        """Calls about jobs."""
        return resources.Jobs(self)

    @cached_property
    def knowledge(self) -> resources.Knowledge:
        """Calls about knowledge."""
        return resources.Knowledge(self)

    @cached_property
    def kpis(self) -> resources.Kpis:
        """Calls about kpis."""
        return resources.Kpis(self)

    @cached_property
    def local_models(self) -> resources.LocalModels:
        """Calls about local models."""
        return resources.LocalModels(self)

    @cached_property
    def me(self) -> resources.Me:
        """Calls about me."""
        return resources.Me(self)

    @cached_property
    def members(self) -> resources.Members:
        """Calls about members."""
        return resources.Members(self)

    @cached_property
    def memories(self) -> resources.Memories:
        """Calls about memories."""
        return resources.Memories(self)

    @cached_property
    def metrics(self) -> resources.Metrics:
        """Calls about metrics."""
        return resources.Metrics(self)

    @cached_property
    def mobile(self) -> resources.Mobile:
        """Calls about mobile."""
        return resources.Mobile(self)

    @cached_property
    def model_routes(self) -> resources.ModelRoutes:
        """Calls about model routes."""
        return resources.ModelRoutes(self)

    @cached_property
    def notifications(self) -> resources.Notifications:
        """Calls about notifications."""
        return resources.Notifications(self)

    @cached_property
    def patterns(self) -> resources.Patterns:
        """Calls about patterns."""
        return resources.Patterns(self)

    @cached_property
    def pipeline(self) -> resources.Pipeline:
        """Calls about pipeline."""
        return resources.Pipeline(self)

    @cached_property
    def plans(self) -> resources.Plans:
        """Calls about plans."""
        return resources.Plans(self)

    @cached_property
    def plans_catalogue(self) -> resources.PlansCatalogue:
        """Calls about plans catalogue."""
        return resources.PlansCatalogue(self)

    @cached_property
    def policies(self) -> resources.Policies:
        """Calls about policies."""
        return resources.Policies(self)

    @cached_property
    def precedent_seeds(self) -> resources.PrecedentSeeds:
        """Calls about precedent seeds."""
        return resources.PrecedentSeeds(self)

    @cached_property
    def prompts(self) -> resources.Prompts:
        """Calls about prompts."""
        return resources.Prompts(self)

    @cached_property
    def recalls(self) -> resources.Recalls:
        """Calls about recalls."""
        return resources.Recalls(self)

    @cached_property
    def receipts(self) -> resources.Receipts:
        """Calls about receipts."""
        return resources.Receipts(self)

    @cached_property
    def runs(self) -> waiting.Runs:
        """Calls about runs."""
        return waiting.Runs(self)

    @cached_property
    def schedules(self) -> resources.Schedules:
        """Calls about schedules."""
        return resources.Schedules(self)

    @cached_property
    def skills(self) -> resources.Skills:
        """Calls about skills."""
        return resources.Skills(self)

    @cached_property
    def sso(self) -> resources.Sso:
        """Calls about sso."""
        return resources.Sso(self)

    @cached_property
    def subscription(self) -> resources.Subscription:
        """Calls about subscription."""
        return resources.Subscription(self)

    @cached_property
    def tenants(self) -> resources.Tenants:
        """Calls about tenants."""
        return resources.Tenants(self)

    @cached_property
    def tokens(self) -> resources.Tokens:
        """Calls about tokens."""
        return resources.Tokens(self)

    @cached_property
    def usage(self) -> resources.Usage:
        """Calls about usage."""
        return resources.Usage(self)

    @cached_property
    def vetoes(self) -> resources.Vetoes:
        """Calls about vetoes."""
        return resources.Vetoes(self)

    @cached_property
    def workflows(self) -> resources.Workflows:
        """Calls about workflows."""
        return resources.Workflows(self)

    @cached_property
    def workspaces(self) -> resources.Workspaces:
        """Calls about workspaces."""
        return resources.Workspaces(self)


class AsyncResources(AsyncClient):
    """The calls of `AsyncAssent`, by what they are about."""

    @cached_property
    def agents(self) -> async_resources.Agents:
        """Calls about agents."""
        return async_resources.Agents(self)

    @cached_property
    def api_keys(self) -> async_resources.ApiKeys:
        """Calls about api keys."""
        return async_resources.ApiKeys(self)

    @cached_property
    def approvals(self) -> async_waiting.Approvals:
        """Calls about approvals."""
        return async_waiting.Approvals(self)

    @cached_property
    def artifacts(self) -> async_resources.Artifacts:
        """Calls about artifacts."""
        return async_resources.Artifacts(self)

    @cached_property
    def audit(self) -> async_resources.Audit:
        """Calls about audit."""
        return async_resources.Audit(self)

    @cached_property
    def auth(self) -> async_resources.Auth:
        """Calls about auth."""
        return async_resources.Auth(self)

    @cached_property
    def billing(self) -> async_resources.Billing:
        """Calls about billing."""
        return async_resources.Billing(self)

    @cached_property
    def budgets(self) -> async_resources.Budgets:
        """Calls about budgets."""
        return async_resources.Budgets(self)

    @cached_property
    def capsules(self) -> async_resources.Capsules:
        """Calls about capsules."""
        return async_resources.Capsules(self)

    @cached_property
    def connectors(self) -> async_resources.Connectors:
        """Calls about connectors."""
        return async_resources.Connectors(self)

    @cached_property
    def corpora(self) -> async_resources.Corpora:
        """Calls about corpora."""
        return async_resources.Corpora(self)

    @cached_property
    def credentials(self) -> async_resources.Credentials:
        """Calls about credentials."""
        return async_resources.Credentials(self)

    @cached_property
    def credits(self) -> async_resources.Credits:
        """Calls about credits."""
        return async_resources.Credits(self)

    @cached_property
    def decisions(self) -> async_resources.Decisions:
        """Calls about decisions."""
        return async_resources.Decisions(self)

    @cached_property
    def flags(self) -> async_resources.Flags:
        """Calls about flags."""
        return async_resources.Flags(self)

    @cached_property
    def governance(self) -> async_resources.Governance:
        """Calls about governance."""
        return async_resources.Governance(self)

    @cached_property
    def health(self) -> async_resources.Health:
        """Calls about health."""
        return async_resources.Health(self)

    @cached_property
    def impersonations(self) -> async_resources.Impersonations:
        """Calls about impersonations."""
        return async_resources.Impersonations(self)

    @cached_property
    def industries(self) -> async_resources.Industries:
        """Calls about industries."""
        return async_resources.Industries(self)

    @cached_property
    def invitations(self) -> async_resources.Invitations:
        """Calls about invitations."""
        return async_resources.Invitations(self)

    @cached_property
    def invocations(self) -> async_resources.Invocations:
        """Calls about invocations."""
        return async_resources.Invocations(self)

    @cached_property
    def invoices(self) -> async_resources.Invoices:
        """Calls about invoices."""
        return async_resources.Invoices(self)

    @cached_property
    def jobs(self) -> async_resources.Jobs:
        """Calls about jobs."""
        return async_resources.Jobs(self)

    @cached_property
    def knowledge(self) -> async_resources.Knowledge:
        """Calls about knowledge."""
        return async_resources.Knowledge(self)

    @cached_property
    def kpis(self) -> async_resources.Kpis:
        """Calls about kpis."""
        return async_resources.Kpis(self)

    @cached_property
    def local_models(self) -> async_resources.LocalModels:
        """Calls about local models."""
        return async_resources.LocalModels(self)

    @cached_property
    def me(self) -> async_resources.Me:
        """Calls about me."""
        return async_resources.Me(self)

    @cached_property
    def members(self) -> async_resources.Members:
        """Calls about members."""
        return async_resources.Members(self)

    @cached_property
    def memories(self) -> async_resources.Memories:
        """Calls about memories."""
        return async_resources.Memories(self)

    @cached_property
    def metrics(self) -> async_resources.Metrics:
        """Calls about metrics."""
        return async_resources.Metrics(self)

    @cached_property
    def mobile(self) -> async_resources.Mobile:
        """Calls about mobile."""
        return async_resources.Mobile(self)

    @cached_property
    def model_routes(self) -> async_resources.ModelRoutes:
        """Calls about model routes."""
        return async_resources.ModelRoutes(self)

    @cached_property
    def notifications(self) -> async_resources.Notifications:
        """Calls about notifications."""
        return async_resources.Notifications(self)

    @cached_property
    def patterns(self) -> async_resources.Patterns:
        """Calls about patterns."""
        return async_resources.Patterns(self)

    @cached_property
    def pipeline(self) -> async_resources.Pipeline:
        """Calls about pipeline."""
        return async_resources.Pipeline(self)

    @cached_property
    def plans(self) -> async_resources.Plans:
        """Calls about plans."""
        return async_resources.Plans(self)

    @cached_property
    def plans_catalogue(self) -> async_resources.PlansCatalogue:
        """Calls about plans catalogue."""
        return async_resources.PlansCatalogue(self)

    @cached_property
    def policies(self) -> async_resources.Policies:
        """Calls about policies."""
        return async_resources.Policies(self)

    @cached_property
    def precedent_seeds(self) -> async_resources.PrecedentSeeds:
        """Calls about precedent seeds."""
        return async_resources.PrecedentSeeds(self)

    @cached_property
    def prompts(self) -> async_resources.Prompts:
        """Calls about prompts."""
        return async_resources.Prompts(self)

    @cached_property
    def recalls(self) -> async_resources.Recalls:
        """Calls about recalls."""
        return async_resources.Recalls(self)

    @cached_property
    def receipts(self) -> async_resources.Receipts:
        """Calls about receipts."""
        return async_resources.Receipts(self)

    @cached_property
    def runs(self) -> async_waiting.Runs:
        """Calls about runs."""
        return async_waiting.Runs(self)

    @cached_property
    def schedules(self) -> async_resources.Schedules:
        """Calls about schedules."""
        return async_resources.Schedules(self)

    @cached_property
    def skills(self) -> async_resources.Skills:
        """Calls about skills."""
        return async_resources.Skills(self)

    @cached_property
    def sso(self) -> async_resources.Sso:
        """Calls about sso."""
        return async_resources.Sso(self)

    @cached_property
    def subscription(self) -> async_resources.Subscription:
        """Calls about subscription."""
        return async_resources.Subscription(self)

    @cached_property
    def tenants(self) -> async_resources.Tenants:
        """Calls about tenants."""
        return async_resources.Tenants(self)

    @cached_property
    def tokens(self) -> async_resources.Tokens:
        """Calls about tokens."""
        return async_resources.Tokens(self)

    @cached_property
    def usage(self) -> async_resources.Usage:
        """Calls about usage."""
        return async_resources.Usage(self)

    @cached_property
    def vetoes(self) -> async_resources.Vetoes:
        """Calls about vetoes."""
        return async_resources.Vetoes(self)

    @cached_property
    def workflows(self) -> async_resources.Workflows:
        """Calls about workflows."""
        return async_resources.Workflows(self)

    @cached_property
    def workspaces(self) -> async_resources.Workspaces:
        """Calls about workspaces."""
        return async_resources.Workspaces(self)
