"""Fetches files of models and puts them in their place; part of `make setup`, of no image."""
