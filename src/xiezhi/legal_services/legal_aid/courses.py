"""The shortest lawful course to each state, and the steps an event takes for granted; for scenarios and made-up matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_APPLIED = ("applied",)
_GRANTED = (*_APPLIED, "means_checked", "granted")
_APPOINTED = (*_GRANTED, "appointed")
_WORKING = (*_APPOINTED, "met")
_CLOSED = (*_WORKING, "ended", "file_submitted")
_PAID = (*_CLOSED, "file_accepted", "subsidy_calculated", "subsidy_paid")
_OBJECTION = (*_APPLIED, "refused", "objected")

ROUTES: Mapping[str, Sequence[str]] = {
    "AT_CUSTODY": ("asked_in_custody",),
    "NOTICE_RECEIVED": ("defence_notified",),
    "RECEIVED": _APPLIED,
    "SUPPLEMENT": (*_APPLIED, "supplement_noticed"),
    "WITHDRAWN": (*_APPLIED, "withdrawn"),
    "REFERRED": (*_APPLIED, "referred"),
    "GRANTED": _GRANTED,
    "REFUSED": (*_APPLIED, "refused"),
    "FIRST_AID": (*_APPLIED, "first_aid_granted"),
    "APPOINTED": _APPOINTED,
    "WORKING": _WORKING,
    "CHANGED": (*_APPOINTED, "replaced"),
    "TERMINATED": (*_APPOINTED, "terminated"),
    "OBJECTION": _OBJECTION,
    "UPHELD": (*_OBJECTION, "upheld"),
    "CORRECTED": (*_OBJECTION, "correction_ordered"),
    "CLOSED": _CLOSED,
    "PAID": _PAID,
    "ARCHIVED": (*_PAID, "archived"),
}

PREPARES: Mapping[str, Sequence[str]] = {
    "passed_on": ("asked_in_custody",),
    "supplemented": ("supplement_noticed",),
    "file_submitted": ("ended",),
}
