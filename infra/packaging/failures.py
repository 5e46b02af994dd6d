"""Why an archive cannot be built."""


class PackagingError(ValueError):
    """Something a deployable needs cannot be packed; names the file and the import."""
