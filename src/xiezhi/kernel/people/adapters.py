"""Doors to registers of other authorities: 实名核验 (real-name check) and 户籍/居住地 (residence).

An operator names a class of its own in settings (`REAL_NAME_CHECK`, `RESIDENCE_LOOKUP`, dotted paths). The built-in
classes know the fictional province only, mark every answer 演示, and refuse to work outside a demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.models import IdType, Person
from xiezhi.kernel.units.ids import FICTIONAL_PROVINCE

DEMO_CHANNEL = "演示实名核验"


class AdapterUnavailable(RuntimeError):
    """The outside service cannot be asked now; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class RealNameResult:
    """Answer of a real-name check. `demo` answers prove nothing."""

    confirmed: bool
    channel: str
    reason: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Residence:
    """Where a person is registered as living. `division` is a 6, 9 or 12 digit code."""

    division: str
    address: str
    channel: str
    demo: bool = False


class RealNameCheck(Protocol):
    """Does this name belong to this document? Raises AdapterUnavailable where nobody answers."""

    def check(self, name: str, id_type: str, id_no: str) -> RealNameResult: ...


class ResidenceLookup(Protocol):
    """Registered residence of a person, None where unknown. Raises AdapterUnavailable where nobody answers."""

    def find(self, id_type: str, id_no: str) -> Residence | None: ...


def _hash(id_type: str, id_no: str) -> bytes:
    return crypto.blind("people.identity", f"{id_type}:{id_no}")


class DemoRealName:
    """演示实名核验: knows numbers of the fictional province. A known number must have its name, a new one passes."""

    def check(self, name: str, id_type: str, id_no: str) -> RealNameResult:
        if not id_no.startswith(FICTIONAL_PROVINCE) and id_type == IdType.RESIDENT:
            reason = "演示环境只核验虚构的身份号码（以99开头），请勿填写真实号码。"
            return RealNameResult(False, DEMO_CHANNEL, reason, True)
        known = Person.objects.filter(id_type=id_type, id_hash=_hash(id_type, id_no)).first()
        if known is not None and known.name != name:
            return RealNameResult(False, DEMO_CHANNEL, "姓名与证件号码不一致，请核对。", True)
        return RealNameResult(True, DEMO_CHANNEL, demo=True)


class DemoResidence:
    """演示居住地查询: answers from the demo persons' own records."""

    def find(self, id_type: str, id_no: str) -> Residence | None:
        known = (
            Person.objects.filter(id_type=id_type, id_hash=_hash(id_type, id_no), demo=True, division__isnull=False)
            .select_related("division")
            .first()
        )
        if known is None or known.division is None:
            return None
        return Residence(known.division.code, known.address or "", "演示居住地查询", demo=True)


class NotConnected:
    """Stands where an operator has connected no service: says so instead of pretending."""

    def check(self, name: str, id_type: str, id_no: str) -> RealNameResult:
        raise AdapterUnavailable("实名核验服务尚未接通，请携带身份证件到窗口核验。")

    def find(self, id_type: str, id_no: str) -> Residence | None:
        raise AdapterUnavailable("居住地查询服务尚未接通，请由当事人提供居住证明。")


def real_name_check() -> RealNameCheck:
    """The configured real-name check."""
    path: str = getattr(settings, "REAL_NAME_CHECK", "")
    if path:
        checker: RealNameCheck = import_string(path)()
        return checker
    return DemoRealName() if settings.DEMO else NotConnected()


def residence_lookup() -> ResidenceLookup:
    """The configured residence look-up."""
    path: str = getattr(settings, "RESIDENCE_LOOKUP", "")
    if path:
        finder: ResidenceLookup = import_string(path)()
        return finder
    return DemoResidence() if settings.DEMO else NotConnected()
