"""The application role can do what its models say and nothing more."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, connections, transaction

from xiezhi import dbroles

pytestmark = pytest.mark.django_db


def test_connection_is_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("xiezhi_app",)


@pytest.mark.django_db(databases=["default", "owner", "eraser"])
def test_rights_in_the_database_equal_the_declared_ones() -> None:
    granted: dict[str, set[str]] = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'xiezhi_app'"
        )
        for table, right in cursor.fetchall():
            granted.setdefault(table, set()).add(right)
    declared = {table: set(rights) for table, rights in dbroles.table_rights().items()}
    assert {table: granted.get(table, set()) for table in declared} == declared


def test_history_can_not_be_changed() -> None:
    models = [m for m in apps.get_models() if getattr(m, "append_only", False)]
    for model in models:
        for statement in (f'DELETE FROM "{model._meta.db_table}"', f'TRUNCATE "{model._meta.db_table}"'):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


def test_the_application_can_not_change_the_schema() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("CREATE TABLE public.stray (id int)")
