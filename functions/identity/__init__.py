"""Who somebody is, which tenant they act for, and with which roles."""
