"""Why a call of a model is refused before anybody is asked."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.kit.errors import AssentError


class BudgetExhausted(AssentError):
    """The budget does not hold the most that the call may cost. Programs repeat 409 and 429."""

    code = "budget_exhausted"
    title = "The budget allows no more now"
    http_status = 402
    headers: Mapping[str, str] = MappingProxyType({"x-should-retry": "false"})


class ModelUnknown(AssentError):
    code = "model_not_found"
    title = "The tenant has no route for this model"
    http_status = 404


class WireUnsupported(AssentError):
    """The provider of the route speaks another wire than the call."""

    code = "wire_not_supported"
    title = "The provider of this model speaks another wire"
    http_status = 400


class ProviderSilent(AssentError):
    """No provider of the route answered."""

    code = "model_unreachable"
    title = "The model did not answer"
    http_status = 502
    retriable = True


class ModelAbsent(AssentError):
    """The route's model answers on this machine, and its files are not there or do not start."""

    code = "model_absent"
    title = "The local model is absent"
    http_status = 503


class ProviderRefused(AssentError):
    """The provider did not take the credential of the route, or answered with a redirect: nothing
    that the program could change."""

    code = "model_misconfigured"
    title = "The model's provider refuses the route's credential or address"
    http_status = 502
    headers: Mapping[str, str] = MappingProxyType({"x-should-retry": "false"})
