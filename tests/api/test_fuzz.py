"""schemathesis over the whole description: no 5xx, every answer as described, for every kind of caller."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import factories
from xiezhi import pg
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures.models import Party

SOAK = os.environ.get("XIEZHI_SOAK") == "1"
EXAMPLES = 150 if SOAK else 4
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CALLERS = ("", "officer", "head", "outsider", "reader")


@pytest.fixture
def live(committed_db: pg.Urls, freeze: Any) -> factories.Province:
    freeze(factories.NOW)
    out = factories.build()
    out.matters = [out.file(), out.accepted()]  # type: ignore[attr-defined]
    return out


def _known(province: factories.Province) -> dict[str, list[Any]]:
    """Values that exist, so that more than refusals are met."""
    matters = province.matters  # type: ignore[attr-defined]
    return {
        "public_id": [str(m.public_id) for m in matters],
        "document": list(Document.objects.values_list("pk", flat=True)),
        "party": list(Party.objects.values_list("pk", flat=True)),
        "event": ["accepted", "noted", "suspended", "withdrawn", "supplement_noticed", "corrected", "assigned", "extended", "hearing_held"],
        "code": ["XZFY", "CG-0000-00000000", *[c for c in Document.objects.values_list("verify_code", flat=True) if c][:1]],
        "unit_id": [province.units["office"].pk], "unit": [province.units["office"].pk], "seq": [1, 2],
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.soak
def test_no_operation_breaks_its_description(live: factories.Province) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    known = _known(live)
    failures: list[str] = []
    operations = [o.ok() for o in schema.get_all_operations()]
    assert len(operations) > 50
    for operation in operations:
        _one(operation, known, live.tokens, failures)
    assert not failures, "\n\n".join(failures[:8]) + f"\n{len(failures)} in all"


def _one(operation: Any, known: dict[str, list[Any]], tokens: dict[str, str], failures: list[str]) -> None:
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    for mode in modes:

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, derandomize=not SOAK, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @_given(operation, mode)
        def run(case: Any, who: str, real: bool, data: Any) -> None:
            if real and isinstance(case.path_parameters, dict):
                for name in list(case.path_parameters):
                    if known.get(name):
                        case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
            headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        try:
            run()
        except Unsatisfiable:
            continue  # an operation without parameters cannot be called wrongly
        except Exception as error:
            failures.append(f"{operation.method.upper()} {operation.path} ({mode}): {str(error)[:1500]}")


def _given(operation: Any, mode: Any) -> Any:
    from hypothesis import given

    return given(
        case=operation.as_strategy(generation_mode=mode),
        who=st.sampled_from(CALLERS),
        real=st.booleans(),
        data=st.data(),
    )
