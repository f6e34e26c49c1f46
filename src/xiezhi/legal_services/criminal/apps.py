from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CriminalConfig(AppConfig):
    """刑事案件智能咨询: facts in, candidate charges with their elements, articles, stage, rights and next steps out."""

    name = "xiezhi.legal_services.criminal"
    label = "criminal"
    verbose_name = _("刑事案件智能咨询")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the entry, the offer and what is cited."""
        from .install import install

        install()
