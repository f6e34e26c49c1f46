from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InterviewsConfig(AppConfig):
    """自助问答: guided interviews from facts to an outcome with its articles."""

    name = "xiezhi.legal_services.interviews"
    label = "interviews"
    verbose_name = _("法律自助问答")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the entry, the offers and what is cited."""
        from .install import install

        install()
