"""Fetches the files of the model; part of `make setup`, of no image."""
