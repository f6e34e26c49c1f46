from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectConfig(AppConfig):
    """数据归集: sources into the raw layer, exactly once per batch."""

    name = "xiezhi.datacenter.collect"
    label = "collect"
    verbose_name = _("数据归集")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from xiezhi.datacenter import roles
        from xiezhi.datacenter.collect import copies
        from xiezhi.datacenter.standards.copies import Holder, register
        from xiezhi.ui import plug

        plug.add_nav(
            plug.NavItem(
                "data-collect", _("数据中心"), _("数据归集"), "collect_desk:index", "database-import",
                (*roles.READERS, roles.SUPPLIER.code),
            )
        )  # fmt: skip
        register(Holder("lake.raw", "数据湖原始层", copies.apply, copies.remains, order=10))
