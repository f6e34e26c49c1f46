"""`migrate` as the owner of the database, followed by the grants of the application role."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate

from xiezhi import dbroles


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        reads_only = options["plan"] or options["check_unapplied"]
        if options["database"] == "owner" and not reads_only:
            dbroles.apply_grants("owner")
