"""How many examples Hypothesis tries: few by day, many in `make test-nightly`, which runs every
test that draws examples with the profile NIGHT."""

from typing import Any

from hypothesis import settings

DAY, NIGHT = "day", "night"

# Two cores run everything at once: how long one example took says nothing.
settings.register_profile(DAY, deadline=None, max_examples=10)
settings.register_profile(NIGHT, deadline=None, max_examples=300)


def examples(by_day: int, *, by_night: int, **more: Any) -> settings:
    """At most so many examples, and whatever else Hypothesis' settings take."""
    is_night = settings.get_current_profile_name() == NIGHT
    return settings(max_examples=by_night if is_night else by_day, deadline=None, **more)
