"""Use cases: project an event, answer a read, pass a decision on, rebuild from the log."""
