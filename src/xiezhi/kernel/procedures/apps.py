from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """Procedures, matters, events and clocks."""

    name = "xiezhi.kernel.procedures"
    label = "procedures"
    verbose_name = _("法定程序")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the law library which articles procedures stand on."""
        from xiezhi.kernel.law import citing

        from .cited import cited

        citing.register("procedures", cited)
