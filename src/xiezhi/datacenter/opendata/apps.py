from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenDataConfig(AppConfig):
    """数据开放: data sets anybody may use."""

    name = "xiezhi.datacenter.opendata"
    label = "opendata"
    verbose_name = _("数据开放")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the open sets, the door on the home page and the desk's entry."""
        from xiezhi.datacenter import roles
        from xiezhi.datacenter.standards import copies
        from xiezhi.ui import plug

        from . import sets
        from .rights import HOLDER

        sets.register()
        copies.register(HOLDER)
        plug.add_entry(plug.Entry(
            "opendata", _("查名录、看统计"), _("律师、律所、公证处等名录和业务统计，免登录查询下载"), "database", "opendata:home",
            ("开放数据", "名录", "查律师", "查律所", "查公证处", "统计数据", "下载数据", "open data"), errand=False,
        ))  # fmt: skip
        plug.add_nav(
            plug.NavItem(
                "data-open", _("数据中心"), _("数据开放"), "opendata_desk:index", "world-download", roles.READERS
            )
        )
