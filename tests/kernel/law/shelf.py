"""Acts for tests, written for them: stored as an import stores them."""

from __future__ import annotations

import hashlib
from datetime import date

from xiezhi.kernel.law.models import Act, Provision, Version
from xiezhi.kernel.law.parsing import parse

OLD = """# 云岭省测试条例

2019年5月1日公布

## 第一章 总则

第一条 为了让测试有章可循，制定本条例。

第二条 申请人应当在知道结果之日起十日内提出说明，并附上有关材料。

第三条 办理机关收到说明后应当当场出具凭证。

办理机关不得拒收，有下列情形的除外：

（一）说明没有署名的；

（二）与所办事项无关的。

## 第二章 附则

第四条 本条例自2019年6月1日起施行。
"""
NEW = """# 云岭省测试条例

2025年5月1日公布

## 第一章 总则

第一条 为了让测试有章可循，制定本条例。

第二条 说明可以通过网络提出，与书面提出有同样的效力。

第三条 申请人应当在知道结果之日起十五日内提出说明，并附上有关材料。

第四条 办理机关收到说明后应当当场出具凭证。

办理机关不得拒收，有下列情形的除外：

（一）说明没有署名的；

（二）与所办事项无关的。

## 第二章 附则

第五条 本条例自2025年6月1日起施行。
"""


def put(
    name: str,
    label: str,
    text: str,
    *,
    since: date | None = None,
    ended: date | None = None,
    kind: str = "地方性法规",
    why: str = "",
) -> Version:
    """Store a version of an act; the act is made where it is not there."""
    act, _ = Act.objects.get_or_create(
        name=name, defaults={"full": name, "kind": kind, "sort_key": name, "region": "云岭"}
    )
    document = parse(text, name)
    version = Version.objects.create(
        act=act,
        label=label,
        promulgated=since,
        effective=since,
        since=since,
        ended=ended,
        ended_why=why or (Version.SUPERSEDED if ended else ""),
        articles=len(document.articles),
        history=list(document.history),
        source="测试",
        source_key=f"{name}/{label}",
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )
    Provision.objects.bulk_create(
        Provision(
            version=version,
            seq=seq,
            kind=p.kind,
            number=p.number,
            inserted=p.inserted,
            path=[[h.kind, h.number, h.inserted, h.title] for h in p.path],
            title=p.title,
            text=p.text,
            effective=p.effective,
        )
        for seq, p in enumerate(document.provisions)
    )
    return version


def both() -> tuple[Version, Version]:
    """The act in its version of 2019, ended, and of 2025."""
    old = put("云岭省测试条例", "2019", OLD, since=date(2019, 6, 1), ended=date(2025, 6, 1))
    new = put("云岭省测试条例", "2025", NEW, since=date(2025, 6, 1))
    Version.objects.filter(pk=old.pk).update(following=new)
    return old, new
