from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Documents: drafted, reviewed, signed, sealed, verified."""

    name = "xiezhi.kernel.documents"
    label = "documents"
    verbose_name = _("文书")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the law library which articles document templates stand on."""
        from xiezhi.kernel.law import citing

        from .cited import cited

        citing.register("documents", cited)
