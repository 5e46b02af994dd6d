"""Budgets, as `runs` keeps them and others read them."""
