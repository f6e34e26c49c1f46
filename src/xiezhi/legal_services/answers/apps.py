from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnswersConfig(AppConfig):
    """问法: a question in plain words gets the articles, cards, next steps and people to ask."""

    name = "xiezhi.legal_services.answers"
    label = "answers"
    verbose_name = _("问法")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer cards, services and people to whoever asks; declare what the cards cite; plug the pages in."""
        from .install import install

        install()
