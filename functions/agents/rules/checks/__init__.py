"""The sixteen named checks of stages 3 to 5."""
