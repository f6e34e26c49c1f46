"""没有账号的人 follow their report by number and code, as a letter box is opened by its key."""

from __future__ import annotations

import hashlib
import secrets

from xiezhi.kernel.documents.verify import ALPHABET
from xiezhi.kernel.procedures.models import Matter

from .models import WageWorker

__all__ = ["by_code", "give_code"]

LENGTH = 8
_MOST = 20


def _hash(number: str, code: str) -> bytes:
    return hashlib.sha256(f"{number}:{code}".encode()).digest()


def give_code(matter: Matter) -> str:
    """A code for who filed; shown once, kept as a digest. A second call makes a new one and ends the first."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    WageWorker.objects.filter(matter=matter, filer=True).update(code_hash=_hash(matter.intake_no, code), tries=0)
    return f"{code[:4]}-{code[4:]}"


def by_code(number: str, code: str) -> Matter | None:
    """The matter whose number and code fit. None tells nothing about which was wrong; tries are counted."""
    number = "".join(number.split()).upper()[:32]
    typed = "".join(c for c in code.upper() if c not in "- \u3000").translate(str.maketrans("OIL", "011"))[:LENGTH]
    worker = (
        WageWorker.objects.select_related("matter")
        .filter(matter__intake_no=number, filer=True, code_hash__isnull=False)
        .first()
    )
    if worker is None or worker.tries >= _MOST:
        return None
    if not secrets.compare_digest(_hash(number, typed), bytes(worker.code_hash or b"")):
        worker.tries += 1
        worker.save(update_fields=["tries"])
        return None
    return worker.matter
