"""What conditions of precedents say of a content, for whoever compares or learns. Pure."""
