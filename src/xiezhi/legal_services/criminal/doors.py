"""Doors: a service of the platform, a telephone, a place to go. Nothing of the story goes through a door by itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from xiezhi.ui import doors as common
from xiezhi.ui.doors import Door, Opened

__all__ = ["DOORS", "opened"]

DOORS: dict[str, Door] = {
    "legal_aid": Door(
        _("申请法律援助"), _("请不起律师，或者依法应当有律师的，免费"), "portal:guide", "FLYZ", icon="heart-handshake"
    ),
    "hotline": Door(_("拨打12348公共法律服务热线"), _("24小时，免费，可以问律师"), phone="12348", icon="phone"),
    "police": Door(_("报警，拨打110"), _("不方便说话，发短信到12110"), phone="110", icon="phone"),
    "prosecutor": Door(_("拨打12309检察服务热线"), _("立案监督、申诉、控告"), phone="12309", icon="phone"),
    "women": Door(_("拨打12338妇女维权热线"), phone="12338", icon="phone"),
    "reconsideration": Door(_("申请行政复议"), _("不服行政处罚等，不收费"), "portal:guide", "XZFY", icon="scale"),
    "wages": Door(_("欠薪求助"), _("填一页，不收费"), "wages:report", icon="coin"),
    "labor_office": Door(_("拨打12333，找劳动监察、劳动仲裁"), phone="12333", icon="phone"),
    "consumer": Door(_("拨打12315投诉"), phone="12315", icon="phone"),
    "traffic_police": Door(_("拨打122交通事故报警"), phone="122", icon="phone"),
    "mediation": Door(_("到村（居）、乡镇（街道）人民调解委员会"), _("不收费"), icon="messages"),
    "property": Door(_("找居民委员会、业主委员会或者物业"), icon="users"),
    "court": Door(_("到人民法院起诉"), _("写不了起诉状的，可以口头起诉"), icon="building"),
}


def opened(keys: Iterable[str]) -> list[Opened]:
    """The doors of these keys that this installation has, once each."""
    return common.opened(DOORS, keys)
