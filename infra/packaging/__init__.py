"""One source archive for each deployable: what its target imports, and its own requirements."""

from infra.packaging.archive import BUILD_ENVIRONMENT, Archive, build_archive, contents_of
from infra.packaging.failures import PackagingError
from infra.packaging.requirements import PYTHON_VERSION

__all__ = [
    "BUILD_ENVIRONMENT",
    "PYTHON_VERSION",
    "Archive",
    "PackagingError",
    "build_archive",
    "contents_of",
]
