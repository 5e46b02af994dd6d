"""Runs functions: as processes, as Cloud Run would, or inside the platform for fast tests."""
