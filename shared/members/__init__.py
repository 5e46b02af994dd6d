"""Members of a tenant, for whoever must know who may see what: read where `identity` keeps them."""
