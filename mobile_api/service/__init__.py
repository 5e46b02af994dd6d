"""Use cases: project an event, answer a read, pass a decision on to its owner, rebuild."""
