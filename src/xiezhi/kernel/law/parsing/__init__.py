"""法规文本的解析: from a text as it comes to a `structure.Document`, and back to canonical Markdown. Pure.

`parse` reads the Markdown of public collections, text as the national database gives it, and text out of DOCX (one
paragraph a line). It never raises. What was odd is told in `Document.findings` with these codes:

| code | what was found |
|---|---|
| zero-width, control-character, private-use, markup, style, html-table, image | characters and markup that are not text |
| repeated-title, late-history, contents | what stands before the text: a second title, history behind its mark, 目录 |
| mention, quoted-article, bad-number | a line that begins with 第…条 and is no article |
| no-space, broken-number, look-alike, run-together | an article or heading whose number was written badly; it is read |
| gap, repeated-number, numbering-restarts | articles missing, twice, or counted from one again; nothing is renumbered |
| empty-article, unnumbered-text | an article without text, text between articles without a number |
| paragraphs-joined, lines-joined, broken-line | paragraphs in one line, sentences broken over lines (joined where there are many) |
| heading-order, repeated-heading, empty-heading, wrapped-heading, unnumbered-heading, unmarked-heading | headings |
| commencement, commencement-unclear | articles with a first day of their own, told and set, or only told |
| no-articles, no-text, ends-early | the text as a whole |
"""

from xiezhi.kernel.law.parsing.division import divide, join, pick
from xiezhi.kernel.law.parsing.reader import parse
from xiezhi.kernel.law.parsing.rendering import render

__all__ = ["divide", "join", "parse", "pick", "render"]
