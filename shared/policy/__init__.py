"""Policies: who may do what, decided by Cedar from the platform's and a tenant's policies."""
