"""The Pulumi program: everything in the cloud, from the functions' manifests."""
