"""Use cases: project an event, answer a read, pass on what its owner decides, rebuild."""
