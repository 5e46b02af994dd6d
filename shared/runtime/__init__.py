"""Serves a function's routes and reactions on Cloud Run."""
