"""How an agent is born, changed, suspended and undone."""
