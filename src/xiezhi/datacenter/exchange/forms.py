"""Forms of the desk's exchange pages."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.calendar import clock

from . import declare
from .models import Caller, Environment, KeyKind

__all__ = ["CallSearch", "KeyForm"]


class _Plain(forms.Form):
    """Fields in the look of the desk."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            widget = field.widget
            look = (
                "xz-select"
                if isinstance(widget, forms.Select)
                else "xz-textarea"
                if isinstance(widget, forms.Textarea)
                else "xz-input"
            )
            widget.attrs["class"] = look


class KeyForm(_Plain):
    """A partner's public key."""

    kind = forms.ChoiceField(label=_("类别"), choices=[(KeyKind.ED25519, "Ed25519"), (KeyKind.SM2, "SM2")])
    environment = forms.ChoiceField(label=_("环境"), choices=Environment.choices)
    public_key = forms.CharField(label=_("公钥"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class CallSearch(_Plain):
    """Search in the log of calls. It is an audit: the reader says why."""

    caller = forms.ChoiceField(label=_("接入系统"), required=False)
    interface = forms.ChoiceField(label=_("接口"), required=False)
    result = forms.ChoiceField(label=_("结果"), required=False)
    case = forms.CharField(label=_("案件或者事项编号"), max_length=80, required=False)
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    why = forms.CharField(label=_("查阅事由"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: dict[str, Any] = self.fields
        chosen["caller"].choices = [("", _("全部")), *((c.code, str(c)) for c in Caller.objects.all()[:500])]
        chosen["interface"].choices = [("", _("全部")), *((i.code, i.title) for i in declare.interfaces.all())]
        chosen["result"].choices = [("", _("全部")), ("OK", _("已提供")), ("REFUSED", _("已拒绝"))]

    def period(self) -> tuple[datetime, datetime]:
        """Days of the search, a week where none are named."""
        until = self.cleaned_data.get("until") or clock.today()
        since = self.cleaned_data.get("since") or until - timedelta(days=6)
        return (
            datetime.combine(since, time.min, clock.SHANGHAI),
            datetime.combine(until, time.min, clock.SHANGHAI) + timedelta(days=1),
        )
