"""One small province for all tests of this folder: made once, in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import _pointed_at, _sql, clone


@pytest.fixture(scope="session")
def _province(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, worker_id: str) -> Iterator[str]:
    from xiezhi.demo import services

    name = f"province_{worker_id}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        clone(name)
        with _pointed_at(name):
            services.generate(0.001, workers=1)
    yield name
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def province(_province: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a database that holds the province at scale 0.001; the clock stands at its first moment."""
    from xiezhi.demo import services
    from xiezhi.kernel.calendar import clock

    with django_db_blocker.unblock(), _pointed_at(_province), clock.frozen(services.NOW):  # type: ignore[attr-defined]
        yield _province
