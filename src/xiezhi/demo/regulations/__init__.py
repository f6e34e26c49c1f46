"""云岭省的地方性法规和规章: seven acts of the fictional province in thirteen versions, written for it, as Markdown.

They cite real national law, so that cross references, comparison and the list of what an amendment touches have something to
show before any statute is imported. One of them is repealed by another, one version is not yet in force.
"""

from __future__ import annotations

from pathlib import Path

from xiezhi.kernel.law import importing
from xiezhi.kernel.law.importing.files import Folder

__all__ = ["SOURCE", "load"]

SOURCE = "云岭省法规"


def load(progress: importing.Progress | None = None) -> int:
    """Import them; returns how many versions are new. Twice changes nothing."""
    folder = Folder(Path(__file__).parent / "data", name=SOURCE)
    texts = (one for one in folder if isinstance(one, importing.Raw))
    return importing.run_raws(texts, SOURCE, *([progress] if progress else [])).added
