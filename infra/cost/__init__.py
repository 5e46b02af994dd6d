"""What the stack costs a month: idle, at the reference load and at a hundred times that."""
