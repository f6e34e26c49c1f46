"""The catalog of the lake: PyIceberg's SqlCatalog on the platform's own PostgreSQL.

Its tables are made by a migration of the owner role; the application role only reads and writes rows.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.db import connections

__all__ = ["catalog", "execute", "forget", "name"]

_KEPT: dict[tuple[Any, ...], Any] = {}
_NOT_FOR_PSYCOPG = {"cursor_factory", "context", "pool", "prepare_threshold"}


def name() -> str:
    """Name under which this installation's tables stand in the catalog."""
    return str(getattr(settings, "LAKE_CATALOG", "") or "lake")


def catalog() -> Any:
    """The catalog for this process, database and warehouse. Connections are few and checked before use."""
    from xiezhi.datacenter.lake import storage

    params = {k: v for k, v in connections["default"].get_connection_params().items() if k not in _NOT_FOR_PSYCOPG}
    key = (os.getpid(), name(), storage.warehouse(), tuple(sorted((k, str(v)) for k, v in params.items())))
    if key not in _KEPT:
        _KEPT[key] = _make(name(), storage.warehouse(), storage.properties(), params)
    return _KEPT[key]


def execute(sql: str, **values: Any) -> list[Any]:
    """A statement beside any transaction of the caller, because commits of the lake do not take part in those either."""
    from sqlalchemy import text

    with catalog().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        result = connection.execute(text(sql), values)
        return list(result.fetchall()) if result.returns_rows else []


def forget() -> None:
    """Close what is open, for tests and after a fork."""
    while _KEPT:
        _KEPT.popitem()[1].close()


def _make(title: str, warehouse: str, properties: dict[str, str], params: dict[str, Any]) -> Any:
    import psycopg
    from pyiceberg.catalog import MetastoreCatalog
    from pyiceberg.catalog.sql import SqlCatalog
    from sqlalchemy import create_engine

    class PostgresCatalog(SqlCatalog):
        """SqlCatalog that never makes tables and connects as Django does (also through a socket)."""

        def __init__(self) -> None:
            MetastoreCatalog.__init__(self, title, warehouse=warehouse, **properties)
            self.engine = create_engine(
                "postgresql+psycopg://",
                creator=lambda: psycopg.connect(**params),
                pool_size=2,
                max_overflow=8,
                pool_pre_ping=True,
                pool_recycle=1500,
            )
            self._schema_version = "v1"

    return PostgresCatalog()
