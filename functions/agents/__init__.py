"""Creates, changes, suspends and rolls back agents."""
