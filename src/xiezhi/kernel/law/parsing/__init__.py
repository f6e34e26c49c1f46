"""法规文本的解析: from a text as it comes to a `structure.Document`, and back to canonical Markdown. Pure."""

from xiezhi.kernel.law.parsing.division import divide, join, pick
from xiezhi.kernel.law.parsing.reader import parse
from xiezhi.kernel.law.parsing.rendering import render

__all__ = ["divide", "join", "parse", "pick", "render"]
