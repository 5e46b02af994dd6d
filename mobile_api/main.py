"""Entry points: `api` serves `/v1/mobile`, `react` events and the sweep."""

from shared.runtime.entry_points import entry_points

api, react = entry_points("mobile-api")
