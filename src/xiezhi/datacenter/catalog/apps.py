from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """资源目录: what data there is, who holds it, and under which conditions it is shared."""

    name = "xiezhi.datacenter.catalog"
    label = "catalog"
    verbose_name = _("资源目录")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the app declares."""
        from xiezhi.datacenter import roles
        from xiezhi.ui import plug

        plug.add_nav(
            plug.NavItem(
                "data-catalog",
                _("数据中心"),
                _("资源目录"),
                "catalog_desk:index",
                "books",
                (*roles.READERS, roles.SUPPLIER.code),
            )
        )
