"""Translates definitions of agents that people wrote for other products into drafts of specs."""

from shared.definitions.drafts import Assumption, Draft
from shared.definitions.formats import Format, translate

__all__ = ["Assumption", "Draft", "Format", "translate"]
