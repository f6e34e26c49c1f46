"""A small sound interview, and what to change in it to break each rule."""

from __future__ import annotations

SOUND = """
title: 借伞
title_en: Umbrella
summary: 借出去的伞怎么要回来。
summary_en: How to get an umbrella back.
scene: 邻里
reviewed: 2026-11-20
words: [伞]
facts:
  lent: {ask: 借出去了吗？, short: 是否借出, kind: yesno, why: 借了才要还。, cite: 民法典 第675条, unknown: 忘了}
  days: {ask: 借了多少天？, short: 天数, kind: number, unit: 天, why: 久了才催。, cite: 民法典 第675条, unknown: yes}
  price: {ask: 伞值多少钱？, short: 伞价, kind: money, why: 要算一算。, cite: 民法典 第675条}
  since: {ask: 哪天借的？, short: 借出的日子, kind: date, past: yes, why: 要算期限。, cite: 民法典 第675条, unknown: yes}
computed:
  half: {kind: money, short: 一半, formula: "cents(price / 2)", shown: "{price} ÷ 2", cite: 民法典 第675条}
  until: {kind: date, short: 期限, from: since, add: 3 YR, cite: 民法典 第188条第1款}
  long: {short: 很久了, truth: {days: {over: 30}}}
rules:
  - {rank: 1, when: {lent: no}, then: nothing}
  - {rank: 2, when: {long: yes}, then: urge}
  - {rank: 2, when: {any: [{days: {at_most: 30}}, {days: unknown}]}, then: wait}
outcomes:
  nothing:
    title: 没有借
    summary: 没有借。
    because: [{say: 没有借就不用还。, cite: 民法典 第675条}]
    steps: [{say: 不用做什么。, cite: 民法典 第675条}]
  urge:
    title: 催一催
    summary: 催一催。
    because: [{say: "一半是 {half}。", cite: 民法典 第675条}, {say: 忘了就想想。, cite: 民法典 第675条, when: {lent: unknown}}]
    steps: [{say: 打电话。, cite: 民法典 第675条, doors: [hotline]}]
    terms: [until]
  wait:
    title: 等一等
    summary: 等一等。
    because: [{say: 还不久。, cite: 民法典 第675条}]
    steps: [{say: 等。, cite: 民法典 第675条}]
tests:
  - {name: 没借, given: {lent: no}, expect: nothing}
  - {name: 很久, given: {lent: yes, days: 31, price: 25, since: 2026-01-31}, expect: urge, values: {half: 12.5, until: 2029-01-31}}
  - {name: 忘了几天, given: {lent: unknown, days: unknown}, expect: wait}
"""

BROKEN: dict[str, tuple[str, str]] = {
    "undeclared-name": ("then: urge}", "then: shout}"),
    "circular": ('formula: "cents(price / 2)"', 'formula: "half + price"'),
    "no-outcome": ("{any: [{days: {at_most: 30}}, {days: unknown}]}", "{days: {under: 30}}"),
    "overlap": ("{days: {at_most: 30}}", "{days: {at_most: 31}}"),
    "unreachable-rule": ("then: wait}\n", "then: wait}\n  - {rank: 3, when: {days: 3}, then: wait}\n"),
    "unreachable-outcome": ("tests:\n", "  other:\n    title: 别的\n    summary: 别的。\n    because: [{say: 无, cite: 民法典 第675条}]\n"
                            "    steps: [{say: 无, cite: 民法典 第675条}]\ntests:\n"),
    "never-asked": ("computed:\n", "  color: {ask: 什么颜色？, short: 颜色, kind: choice, options: {a: 红, b: 蓝}, why: 想知道。, "
                    "cite: 民法典 第675条}\ncomputed:\n"),
    "never-used": ("  long: {", "  spare: {kind: number, short: 没人用, formula: \"days + 1\"}\n  long: {"),
    "never-said": ("when: {lent: unknown}", "when: {days: {under: 5}}"),
    "bad-citation": ("cite: 民法典 第188条第1款", "cite: 民法典 第1261条"),
    "bad-door": ("doors: [hotline]", "doors: [heaven]"),
    "row-fails": ("values: {half: 12.5,", "values: {half: 12,"),
    "outcome-untested": ("  - {name: 没借, given: {lent: no}, expect: nothing}\n", ""),
    "text-missing": ("why: 借了才要还。, ", ""),
    "bad-kind": ("kind: yesno", "kind: maybe"),
    "bad-condition": ("{over: 30}", "{beyond: 30}"),
    "bad-formula": ("cents(price / 2)", "__import__('os')"),
    "bad-term": ("add: 3 YR", "add: three years"),
    "bad-row": ("given: {lent: no}", "given: {lent: 3}"),
    "bad-name": ("  half:", "  Half:"),
    "bad-item": ("[{say: 还不久。, cite: 民法典 第675条}]", "[[还不久]]"),
    "bad-option": ("kind: yesno", "kind: choice, options: {a: 是, unknown: 忘了}"),
    "options-missing": ("kind: yesno", "kind: choice"),
    "unknown-key": ("unit: 天", "units: 天"),
    "bad-yaml": ("facts:\n", "facts:\n  lent: {}\n"),
}  # fmt: skip
