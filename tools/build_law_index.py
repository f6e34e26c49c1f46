"""Build the index of acts from a file of statute texts: `python tools/build_law_index.py STATUTES.jsonl[.gz]`.

Only facts leave the file: titles, dates, numbers of articles, paragraphs and items. No sentence of an act is written.
Each line of the file is one version of an act: title, category, promulgated, effective, effective_source,
repealed, superseded_by, text. Facts that no such file holds (older versions, documents known by number only) and known
errors of the source are stated below, each with its reason.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
OUT = ROOT / "src/xiezhi/kernel/law/data/acts.json"

from xiezhi.kernel.law import numerals  # noqa: E402 - the path is set above

# Acts whose paragraphs and items are counted too: those the procedures of a justice department cite.
SHAPED = frozenset(
    """
    行政复议法 行政复议法实施条例 民事诉讼法 行政诉讼法 行政处罚法 行政许可法
    行政强制法 国家赔偿法 民法典 个人信息保护法 数据安全法 政府信息公开条例
    法律援助法 档案法 电子签名法 公证法 律师法 人民调解法
    社区矫正法 监狱法 刑事诉讼法 刑法 立法法 仲裁法
    信访工作条例 行政执法监督条例 法规规章备案审查条例 规章制定程序条例 行政法规制定程序条例 法治宣传教育法
    商事调解条例 监察法 公务员法 网络安全法 保守国家秘密法 无障碍环境建设法
    优化营商环境条例 治安管理处罚法 未成年人保护法 预防未成年人犯罪法 老年人权益保障法 反家庭暴力法
    政务数据共享条例 重大行政决策程序暂行条例 全国年节及纪念日放假办法 法律援助条例 密码法 突发事件应对法
    劳动法 劳动合同法 劳动合同法实施条例 劳动争议调解仲裁法 保障农民工工资支付条例 劳动保障监察条例
    工伤保险条例 社会保险法 职工带薪年休假条例 消费者权益保护法 电子商务法 食品安全法
    道路交通安全法 道路交通安全法实施条例 机动车交通事故责任强制保险条例 道路交通事故处理程序规定
    住房租赁条例 物业管理条例 婚姻登记条例 妇女权益保障法 生态环境法典
    """.split()  # noqa: SIM905 - a list of titles reads best as lines
)
# Interpretations that procedures and answers cite, with the names people use for them; the other several hundred are
# left out to keep the index small.
_COURT, _BOTH, _ON = "最高人民法院关于", "最高人民法院、最高人民检察院关于", "中华人民共和国"
INTERPRETATIONS: dict[str, list[str]] = {
    _COURT + f"适用《{_ON}行政诉讼法》的解释": ["行政诉讼法解释", "行诉解释"],
    _COURT + f"适用《{_ON}民事诉讼法》的解释": ["民事诉讼法解释", "民诉解释"],
    _COURT + f"适用《{_ON}刑事诉讼法》的解释": ["刑事诉讼法解释", "刑诉解释"],
    _COURT + f"适用《{_ON}民法典》总则编若干问题的解释": ["总则编解释"],
    _COURT + f"适用《{_ON}民法典》合同编通则若干问题的解释": ["合同编通则解释"],
    _COURT + f"适用《{_ON}民法典》有关担保制度的解释": ["担保制度解释"],
    _COURT + f"适用《{_ON}民法典》婚姻家庭编的解释（一）": ["婚姻家庭编解释（一）"],
    _COURT + f"适用《{_ON}民法典》婚姻家庭编的解释（二）": ["婚姻家庭编解释（二）"],
    _COURT + f"适用《{_ON}民法典》继承编的解释（一）": ["继承编解释（一）"],
    _COURT + f"适用《{_ON}民法典》侵权责任编的解释（一）": ["侵权责任编解释（一）"],
    _COURT + "审理劳动争议案件适用法律问题的解释（一）": ["劳动争议解释（一）"],
    _COURT + "审理劳动争议案件适用法律问题的解释（二）": ["劳动争议解释（二）"],
    _COURT + "审理工伤保险行政案件若干问题的规定": ["工伤保险行政案件规定"],
    _COURT + "审理涉彩礼纠纷案件适用法律若干问题的规定": ["彩礼纠纷规定"],
    _COURT + "办理人身安全保护令案件适用法律若干问题的规定": ["人身安全保护令规定"],
    _COURT + "审理城镇房屋租赁合同纠纷案件具体应用法律若干问题的解释": ["城镇房屋租赁合同解释"],
    _COURT + "审理商品房买卖合同纠纷案件适用法律若干问题的解释": ["商品房买卖合同解释"],
    _COURT + "审理物业服务纠纷案件适用法律若干问题的解释": ["物业服务纠纷解释"],
    _COURT + "审理建筑物区分所有权纠纷案件适用法律若干问题的解释": ["建筑物区分所有权解释"],
    _COURT + "审理民间借贷案件适用法律若干问题的规定": ["民间借贷规定"],
    _COURT + "审理民事案件适用诉讼时效制度若干问题的规定": ["诉讼时效规定"],
    _COURT + "审理人身损害赔偿案件适用法律若干问题的解释": ["人身损害赔偿解释"],
    _COURT + "确定民事侵权精神损害赔偿责任若干问题的解释": ["精神损害赔偿解释"],
    _COURT + "审理道路交通事故损害赔偿案件适用法律若干问题的解释": ["道路交通事故损害赔偿解释"],
    _COURT + "审理道路交通事故损害赔偿案件适用法律若干问题的解释（二）": ["道路交通事故损害赔偿解释（二）"],
    _COURT + "审理医疗损害责任纠纷案件适用法律若干问题的解释": ["医疗损害责任解释"],
    _COURT + "审理预付式消费民事纠纷案件适用法律若干问题的解释": ["预付式消费解释"],
    _COURT + "审理网络消费纠纷案件适用法律若干问题的规定（一）": ["网络消费规定（一）"],
    _COURT + "审理食品药品纠纷案件适用法律若干问题的规定": ["食品药品纠纷规定"],
    _COURT + "审理食品药品惩罚性赔偿纠纷案件适用法律若干问题的解释": ["食品药品惩罚性赔偿解释"],
    _COURT + "审理旅游纠纷案件适用法律若干问题的规定": ["旅游纠纷规定"],
    _COURT + "审理利用信息网络侵害人身权益民事纠纷案件适用法律若干问题的规定": ["网络侵害人身权益规定"],
    "关于审理使用人脸识别技术处理个人信息相关民事案件适用法律若干问题的规定": ["人脸识别规定"],
    _COURT + "审理涉及农村土地承包纠纷案件适用法律问题的解释": ["农村土地承包纠纷解释"],
    _COURT + "审理交通肇事刑事案件具体应用法律若干问题的解释": ["交通肇事解释"],
    _BOTH + "办理诈骗刑事案件具体应用法律若干问题的解释": ["诈骗解释"],
    _BOTH + "办理盗窃刑事案件适用法律若干问题的解释": ["盗窃解释"],
    _BOTH + "办理敲诈勒索刑事案件适用法律若干问题的解释": ["敲诈勒索解释"],
    _BOTH + "办理侵犯公民个人信息刑事案件适用法律若干问题的解释": ["侵犯公民个人信息解释"],
    _BOTH + "办理拒不执行判决、裁定刑事案件适用法律若干问题的解释": ["拒不执行判决、裁定解释"],
    _BOTH + "办理非法利用信息网络、帮助信息网络犯罪活动等刑事案件适用法律若干问题的解释": ["帮助信息网络犯罪解释"],
    _BOTH + "办理抢夺刑事案件适用法律若干问题的解释": ["抢夺解释"],
    _BOTH + "办理掩饰、隐瞒犯罪所得、犯罪所得收益刑事案件适用法律若干问题的解释": ["掩饰隐瞒解释"],
    _BOTH + "办理赌博刑事案件具体应用法律若干问题的解释": ["赌博解释"],
    _BOTH + "办理寻衅滋事刑事案件适用法律若干问题的解释": ["寻衅滋事解释"],
    _BOTH + "办理袭警刑事案件适用法律若干问题的解释": ["袭警解释"],
    _BOTH + "办理侵犯知识产权刑事案件适用法律若干问题的解释": ["侵犯知识产权刑事解释"],
    _BOTH + "办理贪污贿赂刑事案件适用法律若干问题的解释": ["贪污贿赂解释"],
    _BOTH + "办理虚假诉讼刑事案件适用法律若干问题的解释": ["虚假诉讼解释"],
    _BOTH + "办理组织、强迫、引诱、容留、介绍卖淫刑事案件适用法律若干问题的解释": ["组织卖淫解释"],
    _BOTH + "办理危害食品安全刑事案件适用法律若干问题的解释": ["食品安全刑事解释"],
    _BOTH + "办理利用信息网络实施诽谤等刑事案件适用法律若干问题的解释": ["网络诽谤解释"],
    _COURT + "审理非法集资刑事案件具体应用法律若干问题的解释": ["非法集资解释"],
    _COURT + "审理拒不支付劳动报酬刑事案件适用法律若干问题的解释": ["拒不支付劳动报酬解释"],
    _COURT + "审理毒品犯罪案件适用法律若干问题的解释": ["毒品犯罪解释"],
    _COURT + "审理抢劫案件具体应用法律若干问题的解释": ["抢劫解释"],
    _COURT + "处理自首和立功具体应用法律若干问题的解释": ["自首立功解释"],
}
ALIASES = {
    **INTERPRETATIONS,
    "行政复议法实施条例": ["复议条例"],
    "全国年节及纪念日放假办法": ["放假办法"],
}
# (short title, promulgated) -> effective: the source gives the day of promulgation, the amending decision a later day.
EFFECTIVE = {
    ("民事诉讼法", "2023-09-01"): "2024-01-01",
    ("民事诉讼法", "2021-12-24"): "2022-01-01",
    ("全国年节及纪念日放假办法", "2024-11-10"): "2025-01-01",
}
# The source's table ends these acts on 2019-12-31; 民法典 第1260条 does so with its own first day.
REPEALED = dict.fromkeys(
    "婚姻法 继承法 民法通则 收养法 担保法 合同法 物权法 侵权责任法 民法总则".split(),  # noqa: SIM905 - titles in a line
    "2021-01-01",
)
# Versions known by their dates and size, not by text.
KNOWN: dict[str, list[dict[str, Any]]] = {
    "行政复议法": [
        {"promulgated": "1999-04-29", "effective": "1999-10-01", "articles": 43},
        {"promulgated": "2009-08-27", "effective": "2009-08-27", "articles": 43},
    ],
}
# Normative documents of the Ministry of Justice (司规〔2024〕1号), known by name and number; articles not counted.
DOCUMENTS = [
    {
        "title": title,
        "full": title,
        "kind": "规范性文件",
        "versions": [{"promulgated": "2024-04-03", "effective": "2024-04-03", "articles": None}],
    }
    for title in (
        "行政复议普通程序听取意见办法",
        "行政复议普通程序听证办法",
        "关于进一步加强行政复议调解工作推动行政争议实质性化解的指导意见",
    )
]
# 国务院令第778号, absent from the file; dates and size are known.
DOCUMENTS.append(
    {
        "title": "消费者权益保护法实施条例",
        "kind": "行政法规",
        "versions": [{"promulgated": "2024-03-15", "effective": "2024-07-01", "articles": 53}],
    }
)
STATE = "中华人民共和国"
CODE = "民法典"
CODE_FACTS = {"promulgated": "2020-05-28", "effective": "2021-01-01"}

NUMBER = r"[一二三四五六七八九十百千零〇○0-9 ]+"
ARTICLE = re.compile(rf"^(?:\*\*)?[第笫]({NUMBER})\s*条(?:之([一二三四五六七八九十]+))?(?:\*\*)?(?=[\s　*]|\S)")
ITEM = re.compile(rf"^[（(]\s*{NUMBER}\s*[）)]")
HEADING = re.compile(rf"^(?:#|第{NUMBER}[编章节分])")
SUBITEM = re.compile(r"^\d+[.．、]")


def lines_of(text: str) -> list[str]:
    """Text lines without the invisible characters some records hold."""
    body = text.split("<!-- INFO END -->")[-1]
    out = (re.sub(r"[​‌﻿]", "", line).strip(" 　\t") for line in body.split("\n"))
    return [line for line in out if line]


def articles_of(text: str) -> dict[tuple[int, int], list[int]]:
    """(article, 之几) -> items of each paragraph, in order. Articles quoted inside text do not count."""
    found: dict[tuple[int, int], list[int]] = {}
    current: list[int] | None = None
    last = (0, 0)
    for line in lines_of(text):
        match = ARTICLE.match(line)
        if match:
            key = (numerals.read(match[1].replace(" ", "")), numerals.read(match[2]) if match[2] else 0)
            if last < key <= (last[0] + 20, 99):  # a line that quotes an earlier article is no new article
                current = found[key] = [0]
                last = key
                continue
        if HEADING.match(line):
            current = None
        elif current is not None and ITEM.match(line):
            current[-1] += 1
        elif current is not None and not SUBITEM.match(line):
            current.append(0)
    return found


def version_of(record: dict[str, Any], shaped: bool) -> dict[str, Any] | None:
    found = articles_of(record["text"])
    if not found:
        return None
    short = short_of(record)
    promulgated = record["promulgated"]
    effective = EFFECTIVE.get((short, promulgated), record["effective"])
    if effective is None and record.get("effective_source") == "on-publication":
        effective = promulgated
    out: dict[str, Any] = {"promulgated": promulgated, "effective": effective, "articles": max(a for a, _ in found)}
    inserted = [[a, i] for a, i in found if i]
    if inserted:
        out["inserted"] = inserted
    if record.get("repealed") and not record.get("superseded_by"):
        out["repealed"] = REPEALED.get(short, record["repealed"])
    if shaped:
        out["shape"] = shape_of(found, out["articles"])
    return out


def shape_of(found: dict[tuple[int, int], list[int]], last: int) -> str:
    """`0` one paragraph, no items; `15.0` two paragraphs, 15 items in the first; `?` not found; then 之一 articles."""
    plain = [".".join(map(str, found.get((n, 0), []))) or "?" for n in range(1, last + 1)]
    extra = [f"{a}-{i}:{'.'.join(map(str, p))}" for (a, i), p in found.items() if i]
    return " ".join(plain + extra)


def short_of(record: dict[str, Any]) -> str:
    """The title without the name of the state before it; the name inside a title stays."""
    return str(record["title"]).removeprefix(STATE)


def kind_of(category: str) -> str:
    return category.split("/")[0]


def wanted(record: dict[str, Any]) -> bool:
    kind = kind_of(record["category"])
    if kind == "司法解释":
        return record["title"] in INTERPRETATIONS
    return kind in {"宪法", "法律", "行政法规", "部门规章"} and "修正案" not in record["title"]


def civil_code(records: list[dict[str, Any]]) -> dict[str, Any]:
    """One act from the books of the code, whose numbering runs through."""
    merged: dict[tuple[int, int], list[int]] = {}
    for record in records:
        text = record["text"]
        first = next((m for m in map(ARTICLE.match, lines_of(text)) if m), None)
        if first is None:
            continue
        start = numerals.read(first[1].replace(" ", "")) - 1
        for line_key, shape in articles_of_from(text, start).items():
            merged[line_key] = shape
    last = max(a for a, _ in merged)
    ordered = dict(sorted(merged.items()))
    return {
        "title": CODE, "kind": "法律",
        "versions": [{**CODE_FACTS, "articles": last, "shape": shape_of(ordered, last)}],
    }  # fmt: skip


def articles_of_from(text: str, start: int) -> dict[tuple[int, int], list[int]]:
    """As `articles_of`, for a book whose first article follows number `start`."""
    filler = "\n".join(f"第{n}条 x" for n in range(1, start + 1))
    body = text.split("<!-- INFO END -->")[-1]
    return {k: v for k, v in articles_of(filler + "\n" + body).items() if k[0] > start}


def build(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The index: acts in order of title, versions in order of promulgation."""
    acts: dict[str, dict[str, Any]] = {}
    for record in records:
        if not wanted(record) or record["category"] == "法律/民法典":
            continue
        short = short_of(record)
        version = version_of(record, short in SHAPED or short in INTERPRETATIONS)
        if version is None:
            continue
        act = acts.setdefault(short, {"title": short, "kind": kind_of(record["category"]), "versions": []})
        if record["title"] != STATE + short:
            act["full"] = record["title"]
        if short in ALIASES:
            act["aliases"] = ALIASES[short]
        same = [v for v in act["versions"] if v["promulgated"] == version["promulgated"]]
        if (
            same
            and same[0]["articles"] >= version["articles"]
            and same[0].get("shape", "").count("?") <= version.get("shape", "").count("?")
        ):
            continue
        act["versions"] = [v for v in act["versions"] if v not in same] + [version]
    acts[CODE] = civil_code([r for r in records if r["category"] == "法律/民法典"])
    for title, versions in KNOWN.items():
        held = {v["promulgated"] for v in acts[title]["versions"]}
        acts[title]["versions"] += [v for v in versions if v["promulgated"] not in held]
    for act in DOCUMENTS:
        acts[str(act["title"])] = dict(act)
    for act in acts.values():
        act["versions"] = [v for v in act["versions"] if v["promulgated"] or len(act["versions"]) == 1]
        act["versions"].sort(key=lambda v: v["promulgated"] or "")
    return {"acts": [acts[t] for t in sorted(acts)]}


def write(index: dict[str, Any], out: Path) -> None:
    """One act a line, so that a change of one act is one changed line."""
    rows = ",\n".join(json.dumps(a, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for a in index["acts"])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text('{"acts":[\n' + rows + "\n]}\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("statutes", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    opener = gzip.open if args.statutes.suffix == ".gz" else open
    with opener(args.statutes, "rt", encoding="utf-8") as handle:
        records = [json.loads(line) for line in handle if line.strip()]
    index = build(records)
    write(index, args.out)
    print(f"{len(index['acts'])} acts, {args.out.stat().st_size} bytes")
    missing = sorted(SHAPED - {a["title"] for a in index["acts"]})
    if missing:
        print("not in the file:", "、".join(missing), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
