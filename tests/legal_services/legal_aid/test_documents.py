"""Every paper of a course is made, renders, and says no more about people than its reader may know."""

from __future__ import annotations

from typing import Any

import pytest

from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.documents import layout, templates
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.produce import fonts
from xiezhi.kernel.documents.render import render
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.legal_aid.documents import TEMPLATES
from xiezhi.legal_services.legal_aid.refs import ref_of

pytestmark = pytest.mark.django_db
SECRET = ("人均月收入", "1100", "被丈夫殴打", "高血压", "望江路18号", "139")


def texts(matter: Matter) -> dict[str, str]:
    """Frozen text of each document by title; each must render."""
    found = {}
    for doc in Document.objects.filter(matter=matter).order_by("id"):
        assert doc.frozen is not None, doc.title
        template = templates.get(doc.template, doc.template_version)
        data = layout.compose(
            template,
            doc.frozen["data"],
            body_html=doc.frozen["body"],
            verify_code="X" * 8,
            verify_url="http://127.0.0.1/",
        )
        assert render(template.typst, data, fonts_dir=fonts()).content[:4] == b"%PDF"
        found[doc.title] = f"{doc.frozen['data']}{doc.frozen['body']}"
    return found


def appointed(world: World, matter: Matter, **more: Any) -> Matter:
    lawyer = world.lawyer("顾言蹊", **more)
    data = {
        "provider_ref": ref_of(lawyer.pk),
        "provider_kind": "LAWYER",
        "conflict_checked": True,
        "practice_years": 5,
        "capacity": "AGENT",
    }
    return world.fire(matter, "appointed", data)


def test_the_papers_of_an_ordinary_course(world: World) -> None:
    matter = appointed(world, world.granted())
    matter = world.fire(matter, "met", {"contract_signed": True})
    matter = world.fire(matter, "ended", {"outcome": "WON", "recovered": "23600"})
    matter = world.fire(matter, "file_submitted", {"result_paper": "AWARD", "result_copy": True})
    matter = world.fire(matter, "file_accepted")
    matter = world.fire(
        matter, "subsidy_calculated", {"amount": "1800", "items": [{"item": "CIVIL_CASE", "amount": "1800"}]}
    )
    matter = world.fire(matter, "visited", {"satisfaction": 5, "money_asked": False})
    found = texts(matter)
    for title in ("法律援助申请表", "法律援助申请受理回执", "给予法律援助决定书", "法律援助指派通知书", "法律援助公函", "法律援助委托协议",
                  "法律援助结案审批表", "法律援助补贴审批表", "法律援助回访表"):  # fmt: skip
        assert title in found, title
    assert "顾言蹊" in found["法律援助指派通知书"] and "免予核查" in found["给予法律援助决定书"]
    assert "1800" in found["法律援助补贴审批表"] and "临川宏远建筑有限公司" in found["法律援助申请表"]


def test_what_an_abused_person_told_stands_in_no_letter_to_others(world: World) -> None:
    matter = world.file(
        claim="ABUSE", kind="CIVIL", matter_type="FAMILY", groups=[], income_declared="1100", means_statement="人均月收入1100元。",
        abuse_detail="多次被丈夫殴打。", health_detail="高血压。", other_party=[], case_organ_name="甲东县法院",
    )  # fmt: skip
    matter = world.fire(matter, "granted", {"competent": True, "in_scope": True})
    found = texts(appointed(world, matter))
    assert "望江路18号" not in found["法律援助申请表"]
    for title in ("给予法律援助决定书", "法律援助指派通知书", "法律援助公函"):
        for word in SECRET:
            assert word not in found[title], (title, word)
    assert "不受经济困难条件限制" in found["给予法律援助决定书"] and "虐待" not in found["法律援助公函"]


def test_refusal_objection_and_correction(world: World) -> None:
    matter = world.file(
        claim="MAINTENANCE",
        kind="CIVIL",
        matter_type="FAMILY",
        groups=[],
        promise=True,
        income_declared="1100",
        household_size=2,
    )
    assert "人均月收入1100" in texts(matter)["个人诚信承诺书"]
    matter = world.fire(matter, "means_checked", {"method": "SHARED_DATA", "result": "EXCEEDS", "claim": "MAINTENANCE"})
    matter = world.fire(matter, "refused", {"reason_code": "NOT_POOR", "reason": "人均月收入高于标准。"})
    matter = world.fire(matter, "objected", {"reason": "收入算错了。"})
    matter = world.fire(matter, "correction_ordered", {"reason": "扣除医疗支出后符合标准。"}, world.actor("organ_head"))
    matter = world.fire(matter, "regranted")
    found = texts(matter)
    assert "甲东县局" in found["法律援助异议审查决定书"] and "收入算错了" in found["法律援助异议审查决定书"]
    assert "责令" in found["法律援助异议审查决定书"] and "甲东县局" in found["不予法律援助决定书"]
    assert Document.objects.get(matter=matter, title="法律援助异议审查决定书").unit_id == world.agency.bureau_id


def test_supplement_first_aid_change_and_termination(world: World) -> None:
    matter = world.file(limitation_on="2026-05-15")
    matter = world.fire(
        matter, "supplement_noticed", {"defects": ["CASE_PAPERS"], "due_on": "2026-05-20", "detail": "请交考勤记录。"}
    )
    matter = world.fire(
        matter,
        "first_aid_granted",
        {"ground": "LIMITATION", "limitation_on": "2026-05-15", "papers_due_on": "2026-05-29"},
    )
    matter = appointed(world, matter)
    matter = world.fire(matter, "replaced", {"reason_code": "UNABLE"})
    matter = world.fire(matter, "terminated", {"ground": "5", "reason": "案件已经撤销。"})
    found = texts(matter)
    assert "考勤记录" in found["补充材料通知书"] and "2026年5月15日" in found["先行提供法律援助决定书"]
    assert "顾言蹊" in found["更换法律援助人员通知书"] and "第五项" in found["终止法律援助决定书"]


def test_every_template_renders_from_its_sample() -> None:
    for template in TEMPLATES:
        assert (
            render(template.typst, layout.compose(template, template.sample), fonts_dir=fonts()).content[:4] == b"%PDF"
        )
