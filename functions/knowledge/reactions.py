"""Events and timers in: what is due of a corpus."""

from functions.knowledge.aggregates import CORPORA, RUN
from functions.knowledge.rules.corpus import CORPUS_DUE
from functions.knowledge.service.erasing import erase

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {CORPUS_DUE: RUN.timed(CORPORA, erase)}
