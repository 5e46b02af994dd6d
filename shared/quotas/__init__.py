"""What a tenant's plan lets it use, and how much of that it has used."""
