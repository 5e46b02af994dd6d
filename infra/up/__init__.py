"""What `pulumi up` runs. Pulumi puts this folder on the path, so nothing else may be in it."""
