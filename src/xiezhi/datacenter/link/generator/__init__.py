"""Open benchmark sets for the linkage of Chinese persons: a fictional population, typed errors, the truth, and scores.

Independent of the linkage engine on purpose: neither side knows how the other thinks of errors.
"""

from xiezhi.datacenter.link.generator.rates import Rates
from xiezhi.datacenter.link.generator.scoring import Counts, Score, score
from xiezhi.datacenter.link.generator.sets import generate

__all__ = ["Counts", "Rates", "Score", "generate", "score"]
