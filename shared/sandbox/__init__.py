"""Runs Python that strangers wrote, in processes that reach nothing."""
