"""The platform's policies, as the faults find them."""

from tests.shared.policy.asked import ask

__all__ = ["ask"]
