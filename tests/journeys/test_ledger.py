"""A citizen takes a record home from the matter's page and checks it on the ledger's page, on a telephone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.office import NOW, PHONE, Office, Person
from tests.journeys.test_wages import axe

pytestmark = pytest.mark.browser
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "specs" / "transparency-log-vectors.json"
PUBLISHED = "SELECT coalesce(max(size), 0) FROM ledger_logcheckpoint WHERE published_at IS NOT NULL"


def published(office: Office) -> None:
    """Let `xiezhi ledger run` publish everything that waits."""
    [(wanted,)] = office.rows("SELECT count(*) FROM ledger_pendingentry")
    program = [str(Path(sys.executable).with_name("xiezhi")), "ledger", "run"]
    process = subprocess.Popen(program, env=office.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        end = time.monotonic() + 120
        while office.rows(PUBLISHED)[0][0] < wanted:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def checked(person: Person, record: Path, paper: Path | None = None) -> str:
    """What the page says about these files."""
    page = person.go("/ledger/")
    if paper is not None:
        page.locator("input[data-paper]").set_input_files(paper)
    page.locator("input[data-record]").set_input_files(record)
    result = page.locator("[data-result]")
    result.wait_for()
    return result.inner_text()


def test_a_record_is_taken_home_and_checked(later: Office, tmp_path: Path) -> None:
    office = later
    office.variables = {"ledger_dir": str(tmp_path / "ledger"), "ledger_origin": "test.example/ledger"}
    office.at(NOW)
    published(office)
    citizen = office.person("zhouhesheng", size=PHONE)
    [(matter, code)] = office.rows(
        "SELECT m.public_id::text, (SELECT d.verify_code FROM documents_document d JOIN ledger_salt s ON s.object_type = 'file' "
        "AND s.object_id = d.id::text WHERE d.file_id IS NOT NULL AND d.state = 'ISSUED' LIMIT 1) "
        "FROM procedures_matter m JOIN procedures_party p ON p.matter_id = m.id "
        "JOIN access_account a ON a.person_id = p.person_id WHERE a.username = 'zhouhesheng' ORDER BY m.id LIMIT 1"
    )
    citizen.go(f"/my/{matter}/proofs/")
    citizen.sees("存证和核验", "下载记录和证明")
    axe(citizen)
    with citizen.page.expect_download() as taken:
        citizen.page.get_by_role("link", name="下载记录和证明", exact=False).first.click()
    record = tmp_path / "record.json"
    taken.value.save_as(record)

    citizen.go("/ledger/")
    axe(citizen)
    said = checked(citizen, record)
    assert "核验通过" in said and "账本第" in said, said
    axe(citizen)
    good = json.loads(record.read_text())
    for name, change in (
        ("content", {"text": good["text"].replace("seq", "sqe")}), ("salt", {"salt": "00" * 32}),
        ("index", {"proof": good["proof"].replace("index ", "index 1")}),
        ("root", {"proof": good["proof"].replace("test.example/ledger\n", "test.example/ledger\n1", 1)}),
        ("signature", {"proof": good["proof"][:-12] + "AAAA" + good["proof"][-8:]}), ("format", {"format": "other"}),
    ):  # fmt: skip
        bad = tmp_path / f"{name}.json"
        bad.write_text(json.dumps(good | change))
        said = checked(citizen, bad)
        assert "核验不通过" in said and "先不要使用" in said, (name, said)
    nonsense = tmp_path / "nonsense.json"
    nonsense.write_text("<html>")
    assert "不是存证记录" in checked(citizen, nonsense)
    early = tmp_path / "early.json"
    early.write_text(json.dumps(good | {"proof": None}))
    assert "还没有公布" in checked(citizen, early)

    # A document by the code printed on it, and another document in its place.
    if code is None:
        office.work()
        published(office)
        [(code,)] = office.rows(
            "SELECT d.verify_code FROM documents_document d JOIN ledger_salt s ON s.object_type = 'file' "
            "AND s.object_id = d.id::text WHERE d.file_id IS NOT NULL AND d.state = 'ISSUED' LIMIT 1"
        )
    visitor = office.person(size=PHONE)
    visitor.go(f"/verify/{code}")
    of_paper = tmp_path / "of-paper.json"
    of_paper.write_bytes(visitor.context.request.get(f"{office.address}/verify/{code}/record").body())
    visitor.go("/ledger/")
    assert "核验通过" in checked(visitor, of_paper)
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.7 another one")
    said = checked(visitor, of_paper, other)
    assert "核验不通过" in said and "不是同一份" in said, said

    # A browser without the algorithm, and one without any cryptography (a page that came without encryption).
    for stub in (
        "crypto.subtle.importKey = async () => { throw new DOMException('no', 'NotSupportedError') }",
        "Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })",
    ):
        old = office.person(size=PHONE)
        old.page.add_init_script(stub)
        old.go("/ledger/")
        assert "换用新版浏览器" in checked(old, record)

    vectors(visitor)


def vectors(person: Person) -> None:
    """The page's script against the specification's vectors."""
    if not VECTORS.exists():
        assert os.environ.get("XIEZHI_NOTHING_LEFT_OUT") != "1"
        return
    known: dict[str, Any] = json.loads(VECTORS.read_text())
    source = person.page.locator("script[type=module][src*=ledger]").get_attribute("src")
    policy = f"log {known['D_log_key']['vkey']}\nwitness w1 {known['E_cosignature']['vkey']}\nquorum w1\n"
    told = person.page.evaluate(
        """async ([source, known, policy]) => {
          const own = await import(source);
          const raw = (hex) => Uint8Array.from(hex.match(/../g) || [], (b) => parseInt(b, 16));
          const refused = async (work) => { try { await work(); return false; } catch { return true; } };
          const wrong = [];
          for (const one of known.B_inclusion) {
            const leaf = raw(known.A_leaves[one.index].leaf_hash), root = raw(known.A_roots[one.size]);
            const proof = one.proof.map(raw), at = BigInt(one.index), size = BigInt(one.size);
            if (await refused(() => own.included(at, size, leaf, proof, root))) wrong.push(["good", one]);
            if (!await refused(() => own.included(at, size, leaf, [...proof, leaf], root))) wrong.push(["longer", one]);
            if (!await refused(() => own.included(at, size, leaf, proof, raw(known.A_roots[0])))) wrong.push(["root", one]);
            if (proof.length && !await refused(() => own.included(at, size, leaf, proof.slice(0, -1), root))) wrong.push(["shorter", one]);
            if (!await refused(() => own.included(size, size, leaf, proof, root))) wrong.push(["outside", one]);
          }
          if (!await refused(() => own.included(0n, 1n, new Uint8Array(), [], new Uint8Array()))) wrong.push("empty");
          const trust = await own.readPolicy(policy);
          const whole = known.G_tlog_proof.slice(known.G_tlog_proof.indexOf("\\n\\n") + 2);
          const point = await own.readPoint(whole, trust);
          if (point.size !== 8n || point.origin !== known.D_log_key.name) wrong.push("checkpoint");
          if (!await refused(() => own.readPoint(known.D_checkpoint.note, trust))) wrong.push("quorum");
          if (!await refused(() => own.readPoint(whole.replace("\\n8\\n", "\\n7\\n"), trust))) wrong.push("size");
          return wrong;
        }""",
        [source, known, policy],
    )
    assert told == []
