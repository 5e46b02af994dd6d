"""What this function owns beside the chain: nothing yet but its own reports."""

from shared.aggregates import Runner

RUN = Runner("audit")
