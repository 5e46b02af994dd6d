"""The sixteen named checks of stages 3 to 5: joins over what a spec declares."""
