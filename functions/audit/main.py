"""Entry points: `api` for people and programs, `react` for events, timers and schedules."""

from shared.runtime.entry_points import entry_points

api, react = entry_points("audit")
