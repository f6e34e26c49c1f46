"""`migrate` as the owner of the database, followed by the grants of the application role and the first data."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate

from xiezhi import dbroles
from xiezhi.config import seeding


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        reads_only = options["plan"] or options["check_unapplied"]
        if options["database"] == "owner" and not reads_only:
            dbroles.apply_grants("owner")
            if not options["app_label"]:  # a partial migration may lack the tables
                seeding.seed()
