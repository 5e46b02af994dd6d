"""The entry of `pulumi up`. Pulumi puts this folder on the path, so it must contain nothing
else."""
