"""Devices of people, for the functions that keep them and that send to them: `mobile-api` owns
their documents."""
