"""What a capability is made of: aggregates, and the runners of what happens to them."""
