"""导入: texts of acts from files, folders, Word documents and git repositories into the law library.

`run(place, progress)` is the whole of it; see `sources` for what is read, `plan` for what becomes one version, `periods` for
when it is law, `follow` for what happens afterwards.
"""

from xiezhi.kernel.law.importing.follow import Came, Progress, register
from xiezhi.kernel.law.importing.running import Busy, run, run_raws
from xiezhi.kernel.law.importing.sources import BadSource, Raw, Refused

__all__ = ["BadSource", "Busy", "Came", "Progress", "Raw", "Refused", "register", "run", "run_raws"]
