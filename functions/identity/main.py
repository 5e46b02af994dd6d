"""Entry points: `api` for people and programs, `react` for the sweep."""

from shared.runtime.entry_points import entry_points

api, react = entry_points("identity")
