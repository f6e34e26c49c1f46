"""The pages: one worker, a crew, a guest, bad input, photos kept, the worker's own link, the desk."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.kernel import world as w
from tests.legal_services.wages.conftest import Scene
from tests.legal_services.wages.test_services import CREW, file, secrets_of, triage
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.procedures import services
from xiezhi.kernel.procedures.models import Draft, Matter
from xiezhi.kernel.units.ids import id18_complete
from xiezhi.legal_services.wages.models import WageCase, WageWorker


def photo(name: str = "欠条.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def form(scene: Scene, **more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "county": str(scene.county.pk), "industry": "BUILDING", "employer_name": "云岭安泰劳务有限公司", "project_name": "云湖新城二期",
        "months": "3", "monthly": "6000", "employed": "no", "ended_on.y": "2026", "ended_on.m": "1", "ended_on.d": "20",
        "owed_from.y": "2026", "owed_from.m": "", "owed_from.d": "",
    }  # fmt: skip
    return {**base, **more}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_one_page_one_press(scene: Scene) -> None:
    page = text_of(scene.client.get("/wages/"))
    assert "石根生" in page
    assert 'name="id_no"' not in page, "what the account knows is not asked again"
    assert 'name="name"' not in page
    answer = scene.client.post("/wages/", form(scene))
    assert answer.status_code == 302, re.findall(r"<ul>(.*?)</ul>", text_of(answer), re.S)[:3]
    told = text_of(scene.client.get(answer["Location"]))
    for words in ("QXWQ20260302", "2027年1月20日", "保障农民工工资支付条例 第16条", "公共法律服务中心", "今天"):
        assert words in told
    matter = Matter.objects.get()
    assert WageCase.objects.get(pk=matter.pk).owed == 18000
    mine = text_of(scene.client.get(f"/my/{matter.public_id}/"))
    assert "谁该付这笔工资" in mine
    assert "律师免费帮您写材料" in mine
    assert not Draft.objects.exists()


def test_poverty_is_never_asked_on_the_page(scene: Scene) -> None:
    page = text_of(Client().get("/wages/"))
    main = page.split("<form class", 1)[1].split("</form>")[0]
    for word in ("困难证明", "低保", "家庭收入", "收入证明"):
        assert word not in main


def test_wrong_input_keeps_everything_and_every_photo(scene: Scene) -> None:
    answer = scene.client.post(
        "/wages/",
        form(
            scene,
            county="",
            months="三",
            employer_name="云岭安泰",
            camera=photo(),
            attachments=[photo("工资条.jpg"), photo("考勤.jpg")],
        ),
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert "云岭安泰" in page
    assert 'value="三"' in page
    for name in ("欠条.jpg", "工资条.jpg", "考勤.jpg"):
        assert name in page
    ids = re.findall(r'name="attachments" value="(\d+)"', page)
    assert len(ids) == 3
    answer = scene.client.post("/wages/", form(scene, attachments=ids))
    assert answer.status_code == 302
    assert Attachment.objects.filter(matter__isnull=False).count() == 3


def test_a_photo_can_be_left_out_again(scene: Scene) -> None:
    page = text_of(scene.client.post("/wages/", form(scene, county="", attachments=[photo("甲.jpg"), photo("乙.jpg")])))
    ids = re.findall(r'name="attachments" value="(\d+)"', page)
    scene.client.post("/wages/", {**form(scene), "attachments": ids, "attachments.drop": ids[0]})
    assert Attachment.objects.filter(matter__isnull=False, withdrawn_at__isnull=True).count() == 1


def test_what_is_no_photo_is_refused_in_words(scene: Scene) -> None:
    bad = SimpleUploadedFile("a.exe", b"MZ\x90\x00" + b"\0" * 200, "application/octet-stream")
    answer = scene.client.post("/wages/", form(scene, attachments=[bad]))
    assert answer.status_code == 422
    assert "a.exe" in text_of(answer)


def test_autosave_and_return(scene: Scene) -> None:
    answer = scene.client.post("/wages/", form(scene, story="一直没给钱"), HTTP_X_AUTOSAVE="1")
    assert answer.json()["message"]
    assert not Matter.objects.exists()
    again = Client()
    again.force_login(scene.worker)
    assert "一直没给钱" in text_of(again.get("/wages/"))


def test_a_guest_follows_by_number_and_code(scene: Scene) -> None:
    client = Client()
    page = text_of(client.get("/wages/"))
    assert 'name="id_no"' in page
    sent = form(scene, name="周三江", id_no=id18_complete("99000019800101001"), mobile="13700001111")
    answer = client.post("/wages/", sent)
    assert answer.status_code == 302
    told = text_of(client.get(answer["Location"]))
    code = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", told)
    assert code
    matter = Matter.objects.get()
    assert text_of(Client().get(answer["Location"])) and Client().get(answer["Location"]).status_code == 404
    other = Client()
    assert other.post("/wages/follow/", {"number": matter.intake_no, "code": "AAAA-BBBB"}).status_code == 422
    there = other.post("/wages/follow/", {"number": matter.intake_no, "code": code[1].lower()})
    assert there.status_code == 302
    assert other.get(there["Location"]).status_code == 200


def test_the_crew_is_read_shown_and_asked(scene: Scene) -> None:
    crew = "1. 李四川 13900000001 9000元\n王五岭，13900000002，7000\n赵六河 5000"
    look = scene.client.post("/wages/", form(scene, crew=crew, _look="1"))
    assert look.status_code == 200
    assert "认出3个人" in text_of(look)
    assert not Matter.objects.exists()
    answer = scene.client.post("/wages/", form(scene, crew=crew))
    assert answer.status_code == 302
    matter = Matter.objects.get()
    case = WageCase.objects.get(pk=matter.pk)
    assert (case.workers, case.owed) == (4, 39000)
    mine = text_of(scene.client.get(f"/wages/crew/{matter.public_id}/"))
    assert "李四川" in mine
    assert "13900000001" not in mine


def test_a_workers_link_shows_nobody_else(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000")
    token, code = secrets_of(matter)[0]
    client = Client()
    first = client.get(f"/wages/w/{token}/")
    assert "李四川" not in text_of(first)
    assert client.post(f"/wages/w/{token}/", {"code": "000000" if code != "000000" else "1"}).status_code == 422
    assert client.post(f"/wages/w/{token}/", {"code": code}).status_code == 302
    page = text_of(client.get(f"/wages/w/{token}/"))
    assert "李四川" in page
    for other in ("王五岭", "赵六河", "石根生", "7,000", "39,000", "13812342046"):
        assert other not in page
    assert client.post(f"/wages/w/{token}/", {"answer": "amount", "own_amount": "一千"}).status_code == 422
    assert client.post(f"/wages/w/{token}/", {"answer": "amount", "own_amount": "9500"}).status_code == 302
    worker = WageWorker.objects.get(matter=matter, no=2)
    assert (worker.state, worker.own_amount) == ("DISPUTED", 9500)
    assert client.get("/wages/w/not-a-link/").status_code == 404


def test_more_workers_join_later(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000")
    address = f"/wages/crew/{matter.public_id}/"
    assert scene.client.post(address, {"crew": "钱七"}).status_code == 422
    assert scene.client.post(address, {"crew": "钱七湖 13900000009 6000"}).status_code == 302
    matter.refresh_from_db()
    assert (matter.facts["worker_count"], matter.facts["owed"]) == (5, "45000.00")
    assert WageWorker.objects.filter(matter=matter, no=5).exists()
    stranger = Client()
    stranger.force_login(w.citizen(w.person("别人")))
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 404


def test_sites_are_found_by_name_without_any_worker(scene: Scene) -> None:
    file(scene)
    found = text_of(Client().get("/wages/projects/", {"project_name": "云湖"}))
    assert "云湖新城二期工地" in found
    assert "石根生" not in found
    assert "云湖" not in text_of(Client().get("/wages/projects/", {"project_name": "云"}))


def test_linked_matters_are_told_in_one_place(scene: Scene) -> None:
    from tests.legal_services.wages.test_services import aid_agency

    agency = aid_agency(scene)
    matter = file(scene)
    triage(scene, matter)
    services.fire_event(matter.pk, "aid_referred", scene.officer_actor, {"unit_name": agency.unit.name})
    page = text_of(scene.client.get(f"/my/{matter.public_id}/"))
    assert "别的单位办到哪了" in page
    assert agency.unit.name in page


# the desk


def test_the_queue_has_the_urgent_on_top_and_names_nobody(scene: Scene) -> None:
    file(scene)
    rows = [{"name": f"工友{chr(0x4E00 + n)}", "mobile": f"1390000{n:04d}", "amount": "2000"} for n in range(11)]
    file(scene, workers=rows, owed="30000", employer_name="云岭鼎峰建筑劳务有限公司", project_name="河西安置房")
    page = text_of(scene.desk().get("/desk/wages/"))
    assert page.index("鼎峰") < page.index("安泰")
    assert "石根生" not in page
    table = scene.desk().get("/desk/wages/?as=csv").content.decode("utf-8-sig")
    assert "云岭安泰劳务有限公司" in table
    assert "石根生" not in table
    assert scene.desk().get("/desk/wages/?as=xlsx")["Content-Type"].startswith("application/vnd")
    other = scene.desk(w.account(w.staff("外县", None)))
    assert "鼎峰" not in text_of(other.get("/desk/wages/"))


def test_groups_projects_and_board(scene: Scene) -> None:
    first = file(scene, owed="120000", months="", monthly="")
    second = w.citizen(w.person("吴二", phone="13600000001"))
    from xiezhi.legal_services.wages.filing import file_report

    file_report(second, scene.answers(mobile="13600000001"), channel="WEB", request_key=None)
    lead = scene.desk(scene.leader)
    assert "等批示" in text_of(lead.get("/desk/wages/groups/"))
    projects = text_of(lead.get("/desk/wages/projects/"))
    assert projects.count("云湖新城二期工地") == 1
    case = WageCase.objects.get(pk=first.pk)
    assert case.project is not None
    page = text_of(lead.get(f"/desk/wages/projects/{case.project.uid}/"))
    assert "138,000" in page
    assert "谁该付" in page
    triage(scene, first)
    services.fire_event(
        first.pk, "paid", scene.officer_actor, {"amount": "90000", "paid_on": "2026-03-02", "payer": "CONTRACTOR"}
    )
    shown = text_of(lead.get("/desk/wages/board/"))
    assert "65.22" in shown
    for words in ("分项目", "分用人单位", "分行业", "分县（市、区）", "春节"):
        assert words in shown
    assert lead.get("/desk/wages/board/?as=xlsx&table=firms").status_code == 200
    assert scene.desk().get("/desk/wages/board/").status_code == 403


def test_the_crew_list_is_read_by_who_handles_it_and_written_down(scene: Scene) -> None:
    matter = file(scene, workers=CREW, owed="39000")
    before = ReadingLog.objects.count()
    desk = scene.desk()
    page = text_of(desk.get(f"/desk/wages/crew/{matter.public_id}/"))
    assert "李四川" in page
    assert ReadingLog.objects.count() == before + 1
    assert desk.post(f"/desk/wages/crew/{matter.public_id}/", {"no": "4", "do": "PHONE"}).status_code == 302
    assert WageWorker.objects.get(matter=matter, no=4).state == "CONFIRMED"
    assert scene.client.get(f"/desk/wages/crew/{matter.public_id}/").status_code in (302, 403)
    assert scene.desk(scene.inspector).get(f"/desk/wages/crew/{matter.public_id}/").status_code in (403, 404)


def test_the_matters_page_at_the_desk_shows_payers_and_ways(scene: Scene) -> None:
    matter = file(scene)
    page = text_of(scene.desk().get(f"/desk/m/{matter.public_id}/"))
    for words in ("建议的办法", "谁该付", "法律援助", "甲东县劳动保障监察大队"):
        assert words in page


def test_the_counter_takes_a_report_in(scene: Scene) -> None:
    desk = scene.desk()
    sent = form(scene, channel="HOTLINE", name="周三江", id_no=id18_complete("99000019800101001"), mobile="13700001111")
    assert desk.post("/desk/wages/new/", {**sent, "name": ""}).status_code == 422
    answer = desk.post("/desk/wages/new/", sent)
    assert answer.status_code == 302, text_of(answer)[-2000:]
    matter = Matter.objects.get()
    assert matter.channel == "HOTLINE"
    assert matter.events.get(seq=1).role == "case_officer"  # type: ignore[attr-defined]
    assert desk.get("/wages/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/desk/wages/", "/desk/wages/groups/", "/desk/wages/projects/", "/desk/wages/board/", "/desk/wages/new/"]
)
def test_the_desk_is_closed_to_the_public(scene: Scene, path: str) -> None:
    assert scene.client.get(path).status_code in (302, 403)
    assert Client().get(path).status_code in (302, 403)
