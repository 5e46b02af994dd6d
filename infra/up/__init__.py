"""What `pulumi up` runs, alone in its folder: no module of ours may hide another one there."""
