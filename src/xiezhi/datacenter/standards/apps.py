from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandardsConfig(AppConfig):
    """数据标准: data elements, code sets and tables, declared once."""

    name = "xiezhi.datacenter.standards"
    label = "standards"
    verbose_name = _("数据标准")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from xiezhi.datacenter import roles
        from xiezhi.datacenter.standards import registering
        from xiezhi.ui import plug

        registering.register()
        readers = (*roles.READERS, roles.SUPPLIER.code)
        plug.add_nav(
            plug.NavItem(
                "data-standards", _("数据中心"), _("数据标准"), "standards_desk:index", "list-details", readers
            )
        )
