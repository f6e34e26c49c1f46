from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LawConfig(AppConfig):
    """The law library: texts of acts, citations, versions, search."""

    name = "xiezhi.kernel.law"
    label = "law"
    verbose_name = _("法规")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from xiezhi.kernel.law.importing import follow

        follow.install()
