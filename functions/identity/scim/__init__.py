"""SCIM 2.0. The library takes 0.4 s to import, so only the calls that need it import this."""
