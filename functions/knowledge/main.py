"""The two sides of the function."""

from shared.runtime.entry_points import entry_points

api, react = entry_points("knowledge")
