"""Many open matters from template histories: lawful, numbered without gaps, indexes right."""

from __future__ import annotations

import pytest
from django.db.models import Count, Max

from xiezhi import pg
from xiezhi.demo import bulk, services
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures import rebuild, registry, store
from xiezhi.kernel.procedures.core import replay
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party, SerialUse
from xiezhi.kernel.sealing import unseal


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "\\N"), (True, "t"), (b"\x01\xff", "\\\\x01ff"), ("a\tb\\c\n", "a\\tb\\\\c\\n"), (7, "7")],
)
def test_values_in_copy_text(value: object, text: str) -> None:
    assert bulk.encode(value) == text


def test_template_matters_are_lawful(committed_db: pg.Urls) -> None:
    made = services.generate(0.001, matters=1500, workers=2)
    assert made.matters == Matter.objects.count() == Matter.objects.filter(open=True).count() == 1500
    assert Matter.objects.values("public_id").distinct().count() == 1500
    for matter in Matter.objects.order_by("id")[::10]:
        view = replay(registry.get(matter.procedure, matter.version), store.history(matter.pk), strict=True)
        assert view.state is not None and (view.state.code, view.facts, view.seq) == (
            matter.state,
            matter.facts,
            matter.seq,
        )
        applicant = Party.objects.select_related("person").get(matter=matter, role="applicant")
        assert applicant.person is not None and applicant.sealed is not None
        assert applicant.name == applicant.person.name == matter.parties_line
        assert unseal(applicant.sealed, context="party")["id_no"] == applicant.person.id_no
    for last, number in (
        SerialUse.objects.values_list("series", "year").annotate(m=Max("serial"), n=Count("id")).values_list("m", "n")
    ):
        assert last == number
    with clock.frozen(services.NOW):
        assert rebuild.rebuild(workers=1).changed == 0
    assert MatterEvent.objects.count() > 1500 * 3
