"""Events and timers in: what is due of a corpus or a memory, persons who were erased."""

from events.principals import PersonErased
from functions.knowledge.aggregates import CORPORA, RUN
from functions.knowledge.memory_aggregates import MEMORIES
from functions.knowledge.rules.corpus import CORPUS_DUE
from functions.knowledge.rules.memory import MEMORY_DUE
from functions.knowledge.service import memories
from functions.knowledge.service.erasing import erase

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {
    CORPUS_DUE: RUN.timed(CORPORA, erase),
    MEMORY_DUE: RUN.timed(MEMORIES, memories.end),
    PersonErased.event_type: memories.erase_persons,
}
