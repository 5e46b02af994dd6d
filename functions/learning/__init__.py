"""What a tenant's decisions teach: patterns, and how well its rules work."""
