"""The style sheet of the site: a file a component in the sources, one file for browsers."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHEET = "css/site.css"
_IMPORT = re.compile(r'^@import "([\w-]+\.css)"(?: (\w+))?;$', re.MULTILINE)


def joined(read: Callable[[str], str]) -> str:
    """Return the sheet of the site with what it imports, each in the place of its import."""

    def part(found: re.Match[str]) -> str:
        name, medium = found.groups()
        rules = read(f"css/{name}")
        return f"@media {medium} {{\n{rules}}}\n" if medium else rules

    return _IMPORT.sub(part, read(SHEET))


class JoiningStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which collects the sheet of the site joined.

    What stands in ``url()`` is found because all parts are in the folder of the sheet.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if SHEET in paths and not dry_run:
            paths = paths | {SHEET: (self, self._join(paths))}
        return super().post_process(paths, dry_run, **options)

    def _join(self, paths: dict[str, Any]) -> str:
        def read(name: str) -> str:
            # Not what was collected: collectstatic leaves alone a sheet whose parts alone changed.
            storage, path = paths[name]
            with storage.open(path) as source:
                return source.read().decode()

        sheet = joined(read)
        self.delete(SHEET)
        return self._save(SHEET, ContentFile(sheet.encode()))
