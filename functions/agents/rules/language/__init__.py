"""Reads the language of a spec: folded words, segments of sentences, and negations."""
