"""The public side of the function, which has no other."""

from shared.runtime.entry_points import entry_points

api, react = entry_points("billing")
