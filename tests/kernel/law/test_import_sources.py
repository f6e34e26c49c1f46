"""Reading texts: formats, layouts, encodings; whatever is broken or hostile is refused with a reason, never a crash."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.conftest import need
from xiezhi.kernel.law.importing import clauses, git, naming, plan, sources
from xiezhi.kernel.law.importing.files import Folder, decode
from xiezhi.kernel.law.importing.records import Records
from xiezhi.kernel.law.importing.sources import BadSource, Raw, Refused

TEXT = """# 云岭省测试条例

2023年5月1日 云岭省人民代表大会常务委员会第一次会议通过

<!-- INFO END -->

## 第一章 总则

第一条 为了测试，制定本条例。

第二条 测试应当认真。

第三条 本条例自2023年7月1日起施行。
"""


def read(source: object) -> tuple[list[Raw], list[Refused]]:
    found = list(source)  # type: ignore[call-overload]
    return [f for f in found if isinstance(f, Raw)], [f for f in found if isinstance(f, Refused)]


def word(text: str) -> bytes:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def record(**more: object) -> bytes:
    return json.dumps({"title": "云岭省测试条例", "text": TEXT, "id": "1", **more}, ensure_ascii=False).encode() + b"\n"


# Records


def test_records(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        record(
            promulgated="2023-05-01", effective="2023-07-01", articles=3, source="S", source_path="p.md", notes="缺陷"
        )
        + b"{broken\n"
        + record(promulgated="2023-13-41", id="2")
        + b'{"title": "x"}\n'
        + b"[1]\n\n"
    )
    raws, refused = read(Records(path))
    assert [(r.key, r.promulgated, r.effective, r.declared, r.notes) for r in raws] == [
        ("S:p.md", date(2023, 5, 1), date(2023, 7, 1), 3, ("缺陷",))
    ]
    assert [r.code for r in refused] == ["bad_json", "bad_field", "empty", "bad_json"]


def test_cut_compressed_records_give_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    rng = random.Random(1)
    lines = b"".join(record(id=str(n), also=[str(rng.random()) for _ in range(200)]) for n in range(200))
    path.write_bytes(gzip.compress(lines)[:-2000])
    raws, refused = read(sources.at(str(path)))
    assert 50 < len(raws) < 200
    assert [r.code for r in refused if r.code != "bad_json"] == ["unreadable"]


# Folders


def test_folders_as_people_keep_them(tmp_path: Path) -> None:
    put = {
        "行政法规/云岭测试条例(2023-05-01).md": TEXT.replace("云岭省测试条例", "云岭测试条例").encode(),
        "行政法规/_index.md": "# 目录".encode(),
        "民法典/_index.md": b"",
        "案例/民法典/某案.md": "# 某案\n\n第一条 某某诉某某。".encode(),
        "进度.md": "# 收录进度\n\n- 一些".encode(),
        "README.md": "# 说明\n\n这里是法规。".encode(),
        "民法典/总则.md": "# 中华人民共和国民法典\n# 总则\n\n2020年5月28日 通过\n\n第一条 甲。".encode(),
        "DLC/云岭地方法规/地方性法规/云岭/云岭省测试条例.md": b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(),
        "云岭省旧办法_20120301.txt": "云岭省旧办法\n\n（2012年3月1日云岭省人民政府令第1号公布）\n\n第一条　测试。\n第二条　本办法自2012年5月1日起施行。\n".encode(
            "gb18030"
        ),
        "云岭省新规定(2024-01-02).docx": word(
            "云岭省新规定\n（2024年1月2日公布）\n第一条 测试。\n第二条 自公布之日起施行。"
        ),
        "图.png": b"\x89PNG",
        "旧.doc": b"\xd0\xcf\x11\xe0",
        ".git/x.md": b"# no",
    }
    for name, data in put.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    raws, refused = read(Folder(tmp_path, name="测"))
    facts = {r.title: (r.category, r.promulgated, r.effective, r.effective_source) for r in raws}
    assert facts == {
        "云岭测试条例": ("行政法规", date(2023, 5, 1), date(2023, 7, 1), "body"),
        "中华人民共和国民法典 总则": ("法律/民法典", date(2020, 5, 28), None, ""),
        "云岭省测试条例": ("地方性法规/云岭", date(2023, 5, 1), date(2023, 7, 1), "body"),
        "云岭省旧办法": ("地方政府规章/云岭省", date(2012, 3, 1), date(2012, 5, 1), "body"),
        "云岭省新规定": ("地方政府规章/云岭省", date(2024, 1, 2), None, "on-publication"),
    }
    old = next(r for r in raws if r.title == "云岭省旧办法")
    assert {f.code for f in old.findings} == {"encoding", "category_guessed"}
    assert {(r.key.removeprefix("测:"), r.code, r.passed) for r in refused} == {
        ("行政法规/_index.md", "not_law", True),
        ("民法典/_index.md", "not_law", True),
        ("案例/民法典/某案.md", "not_law", True),
        ("进度.md", "not_law", True),
        ("README.md", "not_law", True),
        ("*.png", "not_text", True),
        ("旧.doc", "format", False),
    }


def test_an_act_in_several_files_is_joined_in_order(tmp_path: Path) -> None:
    act = tmp_path / "docs/criminal-law/test-law"
    act.mkdir(parents=True)
    (act / "README.md").write_text("---\ntitle: 测试法\n---\n# 中华人民共和国测试法\n\n2020年1月1日第一次会议通过\n")
    (act / "02-b.md").write_text("# 第二编 分则\n\n**第三条**　丙。\n")
    (act / "附则.md").write_text("# 附则\n\n**第四条**　丁。\n")
    (act / "第一编 总则.md").write_text("# 第一编 总则\n\n**第一条**　甲。\n\n**第二条**　乙。\n")
    (act / "决定.md").write_text("# 中华人民共和国另一部法\n\n**第一条**　甲。\n")
    raws, _ = read(Folder(tmp_path, name="测"))
    joined = next(r for r in raws if r.title == "中华人民共和国测试法")
    assert joined.key == "测:docs/criminal-law/test-law" and joined.category == "法律/刑法"
    assert [joined.text.index(f"第{n}条") for n in "一二三四"] == sorted(
        joined.text.index(f"第{n}条") for n in "一二三四"
    )
    assert {r.title for r in raws} == {"中华人民共和国测试法", "中华人民共和国另一部法"}


def test_links_and_odd_files_are_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "in", tmp_path / "secret.md"
    root.mkdir()
    outside.write_text(TEXT)
    (root / "a.md").write_text(TEXT)
    (root / "out.md").symlink_to(outside)
    (root / "up").symlink_to(tmp_path)
    (root / "same.md").symlink_to(root / "a.md")
    (root / "nowhere.md").symlink_to(tmp_path / "gone")
    os.mkfifo(root / "pipe.md")
    (root / "locked.md").mkdir()
    raws, refused = read(Folder(root, name="测"))
    assert len(raws) == 1
    assert {(r.key, r.code) for r in refused} == {
        ("测:out.md", "outside_link"),
        ("测:up", "outside_link"),
        ("测:same.md", "link"),
        ("测:nowhere.md", "broken_link"),
        ("测:pipe.md", "unreadable"),
    }


def test_oversized_and_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.kernel.law.importing import files
    from xiezhi.kernel.law.importing import word as words

    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    monkeypatch.setattr(words, "MOST_UNPACKED", 1_000_000)
    (tmp_path / "huge.md").write_text("第一条 " * 400_000)
    monkeypatch.setattr(files, "MOST_TEXT", 1_000_000)
    raws, refused = read(Folder(tmp_path, name="测"))
    assert not raws
    assert {r.key: "压缩炸弹" in r.detail or "超过" in r.detail for r in refused} == {
        "测:bomb.docx": True,
        "测:huge.md": True,
    }


def test_fuzzed_files_never_stop_the_run(tmp_path: Path) -> None:
    rng = random.Random(20261123)
    whole = {
        "md": TEXT.encode(),
        "txt": TEXT.encode("gb18030"),
        "docx": word(TEXT),
        "jsonl": record() * 3,
        "jsonl.gz": gzip.compress(record() * 3),
    }
    for number in range(120):
        suffix = rng.choice(list(whole))
        data = bytearray(whole[suffix])
        match rng.randrange(4):
            case 0:
                data = bytearray(rng.randbytes(rng.randrange(2000)))
            case 1:
                del data[rng.randrange(len(data)) :]
            case 2:
                for _ in range(20):
                    data[rng.randrange(len(data))] = rng.randrange(256)
            case _:
                at = rng.randrange(len(data))
                data[at:at] = rng.randbytes(30)
        (tmp_path / f"f{number}.{suffix}").write_bytes(bytes(data))
    raws, refused = read(Folder(tmp_path, name="测"))
    assert len(raws) + len(refused) >= 120
    for name, _day, members in plan.groups(plan.joined(raws)):
        assert plan.prepare(name, members).name == name


@pytest.mark.parametrize("data", [bytes(range(256)), b"\x00" * 50, b"%PDF-1.7\n\x00\x01\x02\x03\x04"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


# Repositories


def repository(tmp_path: Path) -> Path:
    need("git")
    work = tmp_path / "work"
    work.mkdir()

    def run(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(work), *arguments], check=True, capture_output=True)

    subprocess.run(["git", "init", "-q", "-b", "main", str(work)], check=True, capture_output=True)
    run("config", "user.email", "a@example.com")
    run("config", "user.name", "a")
    (work / "云岭省测试条例(2023-05-01).md").write_text(TEXT)
    (work / "link.md").symlink_to("/etc/passwd")
    run("add", ".")
    run("commit", "-q", "-m", "one")
    return work


def test_a_repository_is_cloned_and_fetched(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path / "home"
    work = repository(tmp_path)
    source = sources.at(work.as_uri())
    raws, refused = read(source)
    assert [r.title for r in raws] == ["云岭省测试条例"]
    assert raws[0].commit and raws[0].key.startswith("file://")
    assert [r.code for r in refused] == ["outside_link"]
    (work / "云岭省又一条例(2024-05-01).md").write_text(TEXT.replace("测试", "又一"))
    for arguments in (("add", "."), ("commit", "-q", "-m", "two")):
        subprocess.run(["git", "-C", str(work), *arguments], check=True, capture_output=True)
    assert "云岭省又一条例" in {r.title for r in read(sources.at(work.as_uri()))[0]}
    assert "云岭省又一条例" in {r.title for r in read(sources.at(str(work)))[0]}  # a work tree is read as it lies


@pytest.mark.parametrize(
    "address",
    [
        "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x",
        "git://example.com/a",
        "http://example.com/a",
        "https://user:secret@example.com/a",
        "https://token@example.com/a",
        "ssh://-oProxyCommand=x/a",
        "https://example.com/a b",
    ],
)
def test_hostile_addresses(address: str) -> None:
    with pytest.raises(BadSource) as error:
        sources.at(address)
    assert "secret" not in str(error.value) and "token" not in str(error.value)


def test_a_repository_that_is_not_there(tmp_path: Path, settings: Any) -> None:
    need("git")
    settings.HOME = tmp_path / "home"
    with pytest.raises(BadSource):
        read(sources.at(f"file://{tmp_path}/nothing"))
    with pytest.raises(BadSource):
        sources.at(str(tmp_path / "nothing"))
    assert git.is_address("git@example.com:a/b.git") and not git.is_address("/a/b@c:d")


# Facts in words


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        (
            "本法自2021年1月1日起施行。《中华人民共和国甲法》、《乙法》同时废止。",
            [("甲法", date(2021, 1, 1)), ("乙法", date(2021, 1, 1))],
        ),
        ("本条例自公布之日起施行。1993年国务院发布的《丙条例》同时废止。", [("丙条例", None)]),
        ("《丁解释（一）》（法释〔2020〕1号）第三十二条第一款同时废止。", []),
        ("依照《戊法》废止前的规定处理。", []),
        ("根据《己法》制定的《庚办法》即行废止。", [("庚办法", None)]),
        ("自己的《自己法》同时废止。", []),
    ],
)
def test_repeal_clauses(text: str, ended: list[tuple[str, date | None]]) -> None:
    assert [(c.ended, c.day) for c in clauses.of_articles([(9, 0, text)], "自己法")] == ended


def test_a_decision_to_repeal() -> None:
    assert [c.ended for c in clauses.of_title("全国人民代表大会常务委员会关于废止《甲法》的决定")] == ["甲法"]


def test_titles() -> None:
    assert naming.short_title("中华人民共和国 行政\n复议法") == "行政复议法"
    assert naming.short_title("关于A/B的规定") == "关于A／B的规定"
    assert naming.short_title("中华人民共和国") == "中华人民共和国"


def test_marks_and_blanks_do_not_make_another_text() -> None:
    assert plan.text_hash(TEXT) == plan.text_hash(TEXT.replace("第一条 ", "**第一条**　").replace("\n\n", "\n"))
    assert plan.text_hash(TEXT) != plan.text_hash(TEXT.replace("认真", "马虎"))
