"""Texts as vectors whose angles tell how near their topics are, by a model in this process."""
