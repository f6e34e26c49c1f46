"""Static files: ours by application, and single files of the front-end packages, served as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PackageStorage(FileSystemStorage):
    """`node_modules` seen through `settings.VENDOR_FILES`: static name to path of the file in its package."""

    def __init__(self) -> None:
        super().__init__(location=settings.NODE_MODULES)

    def path(self, name: str) -> str:
        return super().path(settings.VENDOR_FILES.get(name.replace("\\", "/"), name))


class PackageFinder(BaseFinder):
    """Finds exactly the files the pages use; the packages hold thousands more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = PackageStorage()

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path in settings.VENDOR_FILES and self.storage.exists(path):
            full = self.storage.path(path)
            return [full] if find_all else full
        return []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, PackageStorage]]:
        for name in settings.VENDOR_FILES:
            if self.storage.exists(name):
                yield name, self.storage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names with a hash, compressed once. A source map that a package names and does not ship is no error of ours."""

    manifest_strict = False

    def hashed_name(self, name, content=None, filename=None):  # type: ignore[no-untyped-def]
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            return name
