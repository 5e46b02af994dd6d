"""Use cases of agents: load, decide, save."""
