"""Fetches the weights of the language model; part of `make language`, of no image."""
