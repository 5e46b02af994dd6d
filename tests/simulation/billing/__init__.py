"""Billing, simulated over months: see `python -m tests.simulation.billing --help`."""

# What a command chose, for the test that simulates it.
CHOSEN = "ASSENT_SIMULATION"
