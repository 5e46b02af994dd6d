"""Entry point: `react`, for events. There is no public side."""

from shared.runtime.entry_points import entry_points

_, react = entry_points("audit")
