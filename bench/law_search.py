"""Search of the law library at 120,000 articles: building the index, size, time of a query; beside a scan in PostgreSQL.

The library is filled with texts made of words that statutes use (no text of a statute), or with those of a collection in
the form of JSON lines where --source names one. Queries of nine kinds are asked in random order through the public
function, database included. Limits: index under 120 s, p95 under 50 ms. Peer: the same words by LIKE over the same rows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import time

import _common

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--articles", type=int, default=120_000)
parser.add_argument("--queries", type=int, default=600)
parser.add_argument("--source", default="", help="A collection of texts to import instead of made ones")
args = parser.parse_args()
home = _common.start("law")

from django.db import connection  # noqa: E402

from xiezhi.kernel.law import models, numerals  # noqa: E402
from xiezhi.kernel.law import search as engine  # noqa: E402

TODAY = dt.date(2026, 11, 1)
SUBJECTS = [
    "行政机关",
    "用人单位",
    "劳动者",
    "当事人",
    "人民法院",
    "申请人",
    "经营者",
    "消费者",
    "出租人",
    "承租人",
    "监护人",
    "继承人",
    "债权人",
    "债务人",
    "登记机构",
    "公安机关",
    "检察机关",
    "主管部门",
    "人民政府",
    "法律援助机构",
    "公证机构",
    "仲裁委员会",
    "调解组织",
    "建设单位",
    "施工单位",
    "物业服务人",
    "机动车驾驶人",
    "纳税人",
    "投标人",
    "著作权人",
    "专利权人",
    "证人",
    "鉴定人",
    "辩护人",
    "律师",
    "服刑人员",
    "社区矫正对象",
    "未成年人",
    "残疾人",
    "老年人",
]
VERBS = [
    "应当提出",
    "不得拒绝",
    "可以申请",
    "依法登记",
    "予以公告",
    "应当告知",
    "有权查阅",
    "责令改正",
    "处以罚款",
    "吊销许可证",
    "撤销登记",
    "暂停办理",
    "书面答复",
    "提供担保",
    "承担赔偿责任",
    "支付报酬",
    "解除合同",
    "返还财产",
    "提交证明材料",
    "进行听证",
    "送达文书",
    "组织调解",
    "移送处理",
    "作出决定",
    "受理申请",
    "延长期限",
    "中止审理",
    "恢复原状",
    "赔礼道歉",
    "减免费用",
]
OBJECTS = [
    "行政复议",
    "劳动合同",
    "经济补偿",
    "工伤认定",
    "不动产登记",
    "建设工程",
    "食品安全",
    "环境影响评价",
    "知识产权",
    "个人信息",
    "法律援助",
    "司法鉴定",
    "公证文书",
    "人民调解",
    "社区矫正",
    "政府采购",
    "土地承包",
    "房屋买卖",
    "道路运输",
    "社会保险",
    "住房公积金",
    "婚姻登记",
    "遗产管理",
    "医疗事故",
    "产品质量",
    "网络交易",
    "数据安全",
    "安全生产",
    "消防验收",
    "招标投标",
    "税收征收",
    "海关监管",
    "外商投资",
    "反不正当竞争",
    "国家赔偿",
    "信访事项",
    "行政处罚",
    "行政许可",
    "行政强制",
    "证据保全",
]
CHARACTERS = "以为在和之上其者所由因但并且与或向对从至由及等各该本此同另再仅均须能被将使令按经据照依于后前内外间中时日月年人事物权利义务责任期限条件程序方式标准范围费用损失利益秩序公共国家社会市场企业单位个体家庭学校医院"
KINDS = ("法律", "行政法规", "司法解释", "部门规章", "地方性法规")
dice = random.Random(7)


def sentence() -> str:
    filler = "".join(dice.choices(CHARACTERS, k=dice.randint(4, 24)))
    days = numerals.write(dice.choice((3, 5, 7, 10, 15, 20, 30, 60, 90)))
    parts = (f"{dice.choice(SUBJECTS)}{dice.choice(VERBS)}{dice.choice(OBJECTS)}的，{filler}", f"应当在{days}日内{dice.choice(VERBS)}", f"{dice.choice(OBJECTS)}的{filler}由{dice.choice(SUBJECTS)}负责")  # fmt: skip
    return "，".join(dice.sample(parts, dice.randint(1, 3))) + "。"


def made(articles: int) -> None:
    """Acts of 45 articles each, a fifth of them superseded by a second version."""
    each, number, before = 45, 0, None
    for at in range(articles // each):
        name = f"{dice.choice(OBJECTS)}{dice.choice(('管理', '保障', '监督', '促进', '服务'))}{dice.choice(('法', '条例', '办法', '规定'))}（{at + 1}）"
        if before is not None and at % 5 == 4:
            act, since = before.act, dt.date(2022, 1, 1)
            models.Version.objects.filter(pk=before.pk).update(ended=since, ended_why="superseded")
        else:
            act = models.Act.objects.create(
                name=name, full="中华人民共和国" + name, kind=dice.choice(KINDS), sort_key=name
            )
            since = dt.date(2001 + at % 20, 1, 1)
        version = models.Version.objects.create(
            act=act, label=str(since.year), promulgated=since, effective=since, since=since, articles=each, source="bench",
            source_key=str(at), text_hash=str(at), text="", history=[f"{since.year}年1月1日 国务院令第{at + 1}号公布"],
        )  # fmt: skip
        before = version
        rows = []
        for article in range(1, each + 1):
            number += 1
            text = "".join(sentence() for _ in range(dice.randint(1, 4)))
            rows.append(models.Provision(version=version, seq=article, kind="article", number=article, text=text, path=[["chapter", article // 10 + 1, 0, dice.choice(OBJECTS)]]))  # fmt: skip
        models.Provision.objects.bulk_create(rows)


def words() -> list[str]:
    """Words of several lengths as they stand in the library."""
    texts = list(models.Provision.objects.order_by("?").values_list("text", flat=True)[:400])
    return ["".join(c for c in t if "一" <= c <= "鿿") for t in texts]


def queries(most: int) -> list[tuple[str, str]]:
    """(kind of query, query)."""
    from xiezhi.kernel.law.search.text import words as cut

    acts = list(models.Act.objects.order_by("?").values_list("name", flat=True)[:200])
    texts = [t for t in words() if len(t) > 20]
    out: list[tuple[str, str]] = []
    while len(out) < most:
        act, text = dice.choice(acts), dice.choice(texts)
        long = [w for w in cut(text) if len(w) > 1] or [text[:2]]
        at = dice.randrange(len(text) - 12)
        word = dice.choice(long)
        wrong = "".join(dice.choice(CHARACTERS) if n == len(word) - 1 else c for n, c in enumerate(word))
        out += [
            ("citation", f"{act}第{numerals.write(dice.randint(1, 40))}条"), ("citation, bare", f"{act} {dice.randint(1, 60)}"),
            ("title", act), ("part of a title", act[:4]), ("document number", f"国务院令第{dice.randint(1, 2000)}号"),
            ("one word", word), ("words", " ".join(dice.sample(long, min(3, len(long))))), ("stretch of text", text[at : at + 10]),
            ("misspelled word", wrong), ("one character", dice.choice(text)), ("sentence", f"请问{text[at : at + 8]}怎么办，可以{word}吗"),
        ]  # fmt: skip
    dice.shuffle(out)
    return out[:most]


if models.Provision.objects.exists():
    pass  # a library kept from an earlier run in XIEZHI_BENCH_HOME
elif args.source:
    from xiezhi.kernel.law import importing

    importing.run(args.source)
else:
    made(args.articles)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE law_provision")
total = models.Provision.objects.count()
builds = []
for _ in range(min(args.rounds, 2)):
    begun, cpu = time.perf_counter(), time.process_time()
    state = engine.rebuild()
    builds.append((time.perf_counter() - begun, time.process_time() - cpu))
one = models.Version.objects.order_by("-pk").first()
assert one is not None
begun = time.perf_counter()
engine.refresh([one.pk])
refresh = time.perf_counter() - begun
asked = queries(args.queries)
for _, query in asked[:50]:
    engine.search(query, on=TODAY)
ours: dict[str, list[float]] = {}
every: list[list[float]] = []
scans: list[float] = []
processor: list[float] = []
load = os.getloadavg()[0]
for _ in range(args.rounds):
    taken = []
    for kind, query in asked:
        begun, used = time.perf_counter(), time.process_time()
        engine.search(query, on=TODAY)
        taken.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - used) * 1000)
        ours.setdefault(kind, []).append(taken[-1])
    every.append(sorted(taken))
    with connection.cursor() as cursor:
        for _, query in [pair for pair in asked if pair[0] in ("one word", "words")][:12]:
            begun = time.perf_counter()
            cursor.execute(
                "SELECT p.id FROM law_provision p JOIN law_version v ON v.id = p.version_id WHERE v.since <= %s AND (v.ended IS NULL OR v.ended > %s) AND p.text LIKE ALL(%s) LIMIT 100000",
                [TODAY, TODAY, [f"%{word}%" for word in query.split()]],
            )
            cursor.fetchall()
            scans.append((time.perf_counter() - begun) * 1000)


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


p50, p95 = (_common.median([at(taken, share) for taken in every]) for share in (0.5, 0.95))
comparable = [ms for kind in ("one word", "words") for ms in ours[kind]]
lines = [
    f"{total:,} provisions of {state.versions:,} versions ({'imported' if args.source else 'made texts'}); {len(asked)} queries a round, {args.rounds} rounds, one process, database included. Load average before: {load:.1f}.", "",
    "| what | figure | limit |", "|---|---|---|",
    f"| building the index | {_common.median([b[0] for b in builds]):.1f} s ({_common.median([b[1] for b in builds]):.1f} s of processor) | 120 s |",
    f"| one version replaced | {refresh:.2f} s | |",
    f"| size of the index | {state.size / 1e6:.1f} MB | |",
    f"| a query, p50 | {p50:.1f} ms | |",
    f"| a query, p95 (worst round {max(at(t, 0.95) for t in every):.1f}) | {p95:.1f} ms, {p95 / 50:.0%} of the limit | 50 ms |",
    f"| the same in time of the processor, without PostgreSQL's share | p50 {at(processor, 0.5):.1f} ms, p95 {at(processor, 0.95):.1f} ms | |",
    f"| most memory of the process | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB | |",
    f"| words against LIKE in PostgreSQL, p50 (no order, no extracts, no counts there) | {at(comparable, 0.5):.1f} ms against {at(scans, 0.5):.1f} ms: 1/{at(scans, 0.5) / at(comparable, 0.5):.0f} | |", "",
    "| query | p50 ms | p95 ms |", "|---|---|---|",
    *(f"| {kind} | {at(taken, 0.5):.1f} | {at(taken, 0.95):.1f} |" for kind, taken in sorted(ours.items())),
]  # fmt: skip
_common.record("Search of the law library", lines)
