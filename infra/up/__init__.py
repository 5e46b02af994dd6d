"""The entry of `pulumi up`. Pulumi puts this folder on the path, so it contains nothing else."""
