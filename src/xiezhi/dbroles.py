"""What each database role may do, derived from the models; applied after every migration on the owner's connection.

The application role may read and write ordinary tables. A model with `append_only = True` is history: the application
may read and insert, nothing more. A model with `eraser_only_delete = True` holds personal payloads and salts: the
application may not delete, the eraser role may. A model with `never_deleted = True` is changed but never deleted from.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

ORDINARY = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY = ("SELECT", "INSERT")
NO_DELETE = ("SELECT", "INSERT", "UPDATE")
READ_ONLY = ("SELECT",)
ERASER = ("SELECT", "DELETE")


def table_rights() -> dict[str, tuple[str, ...]]:
    """Rights of the application role by table, for every table of a managed model and for Django's own bookkeeping."""
    rights: dict[str, tuple[str, ...]] = {"django_migrations": READ_ONLY}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        if getattr(model, "append_only", False):
            rights[model._meta.db_table] = APPEND_ONLY
        elif getattr(model, "eraser_only_delete", False) or getattr(model, "never_deleted", False):
            rights[model._meta.db_table] = NO_DELETE
        else:
            rights[model._meta.db_table] = ORDINARY
    return rights


def eraser_tables() -> set[str]:
    """Tables in which the eraser role deletes."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, "eraser_only_delete", False) and model._meta.managed and not model._meta.proxy
    }


def apply_grants(using: str = "owner") -> dict[str, tuple[str, ...]]:
    """Grant and revoke so that the database equals `table_rights`. Safe to repeat; one transaction.

    Returns the rights by table as granted. Does nothing where application and owner are one role: then history is not
    protected, which `xiezhi doctor` says.
    """
    owner = settings.DATABASES[using]["USER"]
    app = settings.DATABASES["default"]["USER"]
    eraser = settings.DATABASES["eraser"]["USER"]
    if app == owner:
        return {}
    declared, erasable = table_rights(), eraser_tables()
    granted: dict[str, tuple[str, ...]] = {}
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        cursor.execute(
            """
            WITH RECURSIVE t AS (
                SELECT c.oid, c.relname, c.relname AS root FROM pg_class c
                WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
                  AND NOT c.relispartition
                UNION ALL
                SELECT c.oid, c.relname, t.root FROM pg_inherits i JOIN t ON t.oid = i.inhparent
                JOIN pg_class c ON c.oid = i.inhrelid
            )
            SELECT relname, root FROM t
            """
        )
        roots = dict(cursor.fetchall())

        def run(statement: str, role: str, **names: sql.Composable) -> None:
            cursor.execute(sql.SQL(statement).format(schema=schema, role=sql.Identifier(role), **names))

        for role in {app, eraser} - {owner}:
            run("GRANT USAGE ON SCHEMA {schema} TO {role}", role)
            run("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", role)
        run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", app)
        by_rights: dict[tuple[str, ...], list[str]] = {}
        for table, root in roots.items():
            granted[table] = declared.get(root, ORDINARY)
            by_rights.setdefault(granted[table], []).append(table)
        for rights, tables in by_rights.items():
            run("GRANT {rights} ON {tables} TO {role}", app, rights=_words(rights), tables=_tables(schema, tables))
        if erasable and eraser not in (app, owner):
            tables = [table for table, root in roots.items() if root in erasable]
            run("GRANT {rights} ON {tables} TO {role}", eraser, rights=_words(ERASER), tables=_tables(schema, tables))
    return granted


def _words(rights: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.SQL(right) for right in rights)


def _tables(schema: sql.Identifier, tables: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.SQL("{}.{}").format(schema, sql.Identifier(table)) for table in sorted(tables))


class Router:
    """Only the owner's connection changes the schema; the three aliases are one database."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: object, obj2: object, **hints: object) -> bool:
        return True
