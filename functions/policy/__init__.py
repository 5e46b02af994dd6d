"""Policies: who may do what in a tenant."""
