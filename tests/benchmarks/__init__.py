"""How fast it is, and what it costs: each figure beside its floor, measured in the same run."""
