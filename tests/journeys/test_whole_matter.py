"""One matter from the application to the archive, through the hands of everybody who has a part in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import need
from tests.journeys.errands import act, assigned, file_online, named, paper, submit
from tests.journeys.office import Office, Person

pytestmark = pytest.mark.browser

REPLY = "行政行为认定事实清楚，证据确凿，程序合法，请求维持。"


def test_from_application_to_archive(later: Office, tmp_path: Path) -> None:
    office = later
    citizen = office.person("zhouhesheng")
    matter = file_online(citizen)

    assigned(office, matter, "沈知远", "陆明舟")
    officer = office.person("shenzhiyuan")
    officer.go("/desk/")
    officer.sees("待办")
    act(officer, matter, "accepted", {
        "procedure": "ORDINARY", "officers": named("沈知远", "陆明舟"), "competent": True, "respondent_correct": True,
        "prior_application": "NONE", "court_accepted": False,
    })  # fmt: skip
    officer.sees("发送申请书副本")
    act(officer, matter, "copy_sent", {"note": "随附申请书副本。"})

    office.at("2026-11-27 10:00")
    respondent = office.person("respond")
    respondent.go("/desk/respondent/")
    respondent.page.locator(f'main a[href="/desk/m/{matter}/"]').first.click()
    respondent.page.wait_for_load_state()
    act(respondent, matter, "copy_received")
    proof = paper(tmp_path, "evidence.pdf", "inspection record")
    act(respondent, matter, "replied", {
        "evidence_submitted": True, "staff_agents": "1", "reply": REPLY, "evidence_list": "现场检查笔录", "attachments": str(proof),
    })  # fmt: skip

    office.at("2026-12-07 09:30")
    citizen.go(f"/my/{matter}/file/")
    citizen.page.locator("main form button").first.click()
    citizen.page.wait_for_load_state()
    citizen.sees("evidence.pdf")
    act(officer, matter, "views_heard", {
        "method": "PHONE", "heard": ["APPLICANT", "RESPONDENT"], "record": "申请人坚持复议请求，陈述了事实和理由。",
    })  # fmt: skip
    act(officer, matter, "drafted", {"proposed_type": "UPHELD", "draft": "拟维持。"})
    document = _drafted(officer, matter)
    _reviewed_and_signed(office, document)
    act(officer, matter, "submitted", {"opinion": "同意承办意见，报请审批。"})
    head = office.person("organ-head")
    act(head, matter, "decided", {
        "decision_type": "UPHELD", "decision_ground": "L68", "approval": "ORGAN_HEAD", "dispositive": "维持被申请人作出的行政行为。",
    })  # fmt: skip
    office.work()
    _has_a_valid_signature(officer, document, matter, tmp_path)

    act(officer, matter, "served", {"method": "ELECTRONIC", "e_service_consent": True})
    _read_and_verified(office, citizen, matter)
    act(officer, matter, "copied", {"recipient": "临川市市场监督管理局"})
    office.at("2026-12-21 09:00")
    act(officer, matter, "closed", {"note": "送达完毕，结案。"})
    office.work()  # what is not made yet cannot be archived
    archivist = office.person("archive")
    act(archivist, matter, "archived", {"volume": "1", "pages": "60"})
    office.work()
    number = office.rows("SELECT case_no FROM procedures_matter WHERE public_id = %s", matter)[0][0]
    office.command("archive", "export", number, str(tmp_path / "file.zip"))
    assert "完整" in office.command("archive", "verify", str(tmp_path / "file.zip"))
    citizen.go(f"/my/{matter}/")
    citizen.sees("已经办结")


def _drafted(officer: Person, matter: str) -> str:
    """Draft the decision in the editor; returns the address of the document."""
    officer.go(f"/desk/m/{matter}/documents/new/")
    officer.page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    with officer.page.expect_navigation(wait_until="load"):
        officer.page.locator("li:has(b:text-is('行政复议决定书')) button").first.click()
    address = officer.path
    officer.fill({
        "facts": "2026年10月28日现场检查，店内米线未能当场出示进货票据。", "evidence": "现场检查笔录、询问笔录、送达回证",
        "reasoning": "被申请人认定事实清楚，适用依据正确，程序合法，内容适当。", "court": "禾溪县人民法院",
    })  # fmt: skip
    editor = officer.page.locator(".ql-editor")
    editor.click()
    officer.keys("Control+End")
    officer.page.keyboard.type("本决定一式三份。")
    officer.page.wait_for_function("document.querySelector('#body').value.includes('一式三份')")
    with officer.page.expect_navigation():
        officer.page.locator("button[name=_submit]").click()
    assert officer.path == address, officer.said
    officer.sees("一式三份", "审核")
    return address


def _reviewed_and_signed(office: Office, document: str) -> None:
    head = office.person("zhenghuaigu")
    head.go("/desk/documents/")
    head.page.locator(f'main a[href="{document}"]').first.click()
    head.page.wait_for_load_state()
    head.press("审核通过")
    organ = office.person("organ-head")
    organ.go(document)
    organ.press("签发")
    organ.sees("已签发")


def _has_a_valid_signature(officer: Person, document: str, matter: str, folder: Path) -> None:
    pk = document.rstrip("/").rpartition("/")[2]
    answer = officer.context.request.get(f"{officer.office.address}/desk/m/{matter}/document/{pk}.pdf?download=1")
    assert answer.ok, answer.status
    path = folder / "decision.pdf"
    path.write_bytes(answer.body())
    said = subprocess.run([need("pdfsig"), str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said and "Total document signed" in said, said
    text = subprocess.run([need("pdftotext"), str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "维持" in text and "一式三份" in text


def _read_and_verified(office: Office, citizen: Person, matter: str) -> None:
    citizen.go(f"/my/{matter}/")
    citizen.sees("行政复议决定书", "核验码")
    row = citizen.page.locator("li.xz-file", has_text="行政复议决定书").first
    code = row.locator("a.xz-num").inner_text()
    with citizen.page.expect_download() as got:
        citizen.page.evaluate(
            "a => { a.download = ''; a.click() }", row.get_by_role("link", name="下载").element_handle()
        )
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")
    stranger = office.person()
    stranger.go("/verify/")
    stranger.page.locator("main form input[name]:not([type=hidden])").first.fill(code)
    stranger.page.keyboard.press("Enter")
    stranger.page.wait_for_url(re.compile(r"/verify/.+"))
    stranger.sees("有效", "行政复议决定书")
    assert "周禾生" not in stranger.said


def test_supplement_round_trip(office: Office, tmp_path: Path) -> None:
    citizen = office.person("zhouhesheng")
    matter = file_online(citizen)
    assigned(office, matter, "沈知远", "陆明舟")
    officer = office.person("shenzhiyuan")
    act(officer, matter, "supplement_noticed", {"defects": ["IDENTITY"], "detail": "请补充身份证明复印件。"})
    citizen.go(f"/my/{matter}/")
    citizen.press("补正")
    citizen.fill({"materials": "身份证明一份。", "attachments": str(paper(tmp_path, "identity.pdf", "copy"))})
    with citizen.page.expect_navigation():
        citizen.page.locator("main form button:not([name])").last.click()
    assert citizen.path == f"/my/{matter}/", citizen.said
    citizen.sees("identity.pdf")
    officer.go(f"/desk/m/{matter}/")
    officer.sees("受理", "identity.pdf")


def test_silence_is_acceptance(later: Office) -> None:
    citizen = later.person("zhouhesheng")
    matter = file_online(citizen)
    later.at("2026-12-01 09:00")
    citizen.go(f"/my/{matter}/")
    citizen.sees("视为受理")
    officer = later.person("zhenghuaigu")
    officer.go(f"/desk/m/{matter}/")
    officer.sees("视为受理", "24:00")


def test_two_officers_at_the_same_matter(office: Office) -> None:
    citizen = office.person("zhouhesheng")
    matter = file_online(citizen)
    assigned(office, matter, "沈知远", "陆明舟")
    first, second = office.person("shenzhiyuan"), office.person("lumingzhou")
    for person in (first, second):
        person.go(f"/desk/m/{matter}/e/supplement_noticed/")
    second.fill({"defects": ["ACT"], "detail": "请补充决定书。"})
    first.fill({"defects": ["IDENTITY"], "detail": "请补充身份证明。"})
    submit(first, matter)
    with second.page.expect_navigation():
        second.page.locator("main form[data-autosave] button:not([name])").first.click()
    second.sees("有了新进展", "沈知远")
    assert second.field("detail").input_value() == "请补充决定书。"
