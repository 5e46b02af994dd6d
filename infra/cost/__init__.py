"""The stack's monthly cost: idle, at the reference load and at a hundred times that."""
