"""Doors an outcome opens: a service of the platform, a telephone, or a place to go. Nothing said in the interview goes
through a door by itself."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from xiezhi.ui import doors as common
from xiezhi.ui.doors import Door, Opened

__all__ = ["DOORS", "opened"]

DOORS: dict[str, Door] = {
    "wages": Door(_("欠薪求助"), _("填一页，当天有人管，不收费"), "wages:report", icon="coin"),
    "legal_aid": Door(_("申请法律援助"), _("符合条件的，律师免费帮您"), "portal:guide", "FLYZ", icon="heart-handshake"),
    "reconsideration": Door(
        _("申请行政复议"), _("不服行政机关的决定，上级重新审查，不收费"), "portal:guide", "XZFY", icon="scale"
    ),
    "hotline": Door(_("拨打12348公共法律服务热线"), _("24小时，免费，可以问律师"), phone="12348", icon="phone"),
    "mediation": Door(
        _("到村（居）或者乡镇（街道）人民调解委员会"), _("不收费，谈成的可以申请司法确认"), icon="messages"
    ),
    "arbitration": Door(_("到劳动人事争议仲裁委员会"), _("合同履行地或者单位所在地的都可以，不收费"), icon="building"),
    "labor_office": Door(
        _("拨打12333，找人力资源社会保障部门"), _("劳动监察、工伤认定、社会保险"), phone="12333", icon="phone"
    ),
    "court": Door(_("到人民法院起诉"), _("写不了起诉状的，可以口头起诉"), icon="building"),
    "notary": Door(_("到公证处"), icon="file-certificate"),
    "civil_affairs": Door(_("到民政部门婚姻登记机关"), icon="building"),
    "women": Door(_("拨打12338妇女维权热线"), phone="12338", icon="phone"),
    "police": Door(_("有危险，拨打110"), phone="110", icon="phone"),
    "ambulance": Door(_("有人受伤，拨打120"), phone="120", icon="phone"),
    "traffic_police": Door(_("拨打122交通事故报警"), phone="122", icon="phone"),
    "consumer": Door(_("拨打12315，向市场监管部门投诉"), phone="12315", icon="phone"),
    "city": Door(_("拨打12345政务服务热线"), phone="12345", icon="phone"),
    "housing": Door(_("找房产管理部门"), _("网签备案、经纪机构和住房租赁企业的投诉"), icon="building"),
    "property": Door(_("找居民委员会、业主委员会或者物业"), icon="users"),
}


def opened(keys: Iterable[str]) -> list[Opened]:
    """The doors of these keys that this installation has, once each."""
    return common.opened(DOORS, keys)
