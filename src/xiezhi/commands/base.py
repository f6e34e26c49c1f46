"""What the commands share: the database is up, Django is set up."""

from __future__ import annotations

import click

from xiezhi import pg
from xiezhi.config import env


def embedded() -> bool:
    """Whether this installation uses the embedded PostgreSQL."""
    return not env.text("DATABASE_URL")


def server() -> pg.Server:
    """The embedded server of this installation, not started."""
    return pg.Server(env.home())


def ready(database: bool = True) -> None:
    """Set Django up; start the embedded PostgreSQL first where `database` is wanted and none runs.

    A server started here keeps running after a short command, until `xiezhi down`; `xiezhi up` adopts it and
    stops it at its end.
    """
    if database and embedded():
        try:
            server().start()
        except pg.PostgresError as error:
            raise click.ClickException(str(error)) from error
    import django

    django.setup()


def pending_migrations() -> list[str]:
    """Migrations that this version brings and the database does not have."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
