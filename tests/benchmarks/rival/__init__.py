"""Another product, in a virtualenv of its own, that answers a part of the same question."""
