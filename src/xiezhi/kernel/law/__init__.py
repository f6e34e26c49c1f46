"""The index of acts that citations resolve against."""

from xiezhi.kernel.law.citations import (
    BadCitation,
    Citation,
    CitationError,
    NoSuchArticle,
    NoSuchItem,
    NoSuchParagraph,
    NotInForce,
    UnknownAct,
    formal,
    pieces,
    resolve,
    short,
)

__all__ = [
    "BadCitation", "Citation", "CitationError", "NoSuchArticle", "NoSuchItem", "NoSuchParagraph", "NotInForce",
    "UnknownAct", "formal", "pieces", "resolve", "short",
]  # fmt: skip
