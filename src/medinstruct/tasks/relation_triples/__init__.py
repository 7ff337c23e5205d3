"""Relation triples: find the relations of a text as head, relation and tail.

The question gives text and labels, the gold entities with all their names and the triples between them.

    lines      clonidine | induces | hypotension
    json       [{"head": "clonidine", "relation": "induces", "tail": "hypotension"}]
"""

from medinstruct.tasks.facts import Relations
from medinstruct.tasks.relation_triples.example import Entity, Found, Triple, TripleGold, TripleQuestion
from medinstruct.tasks.relation_triples.json_triples import JsonTriples
from medinstruct.tasks.relation_triples.lines import Lines
from medinstruct.tasks.relation_triples.scores import f1, ideal, macro_f1, string_f1, undirected_f1
from medinstruct.tasks.relation_triples.views import view
from medinstruct.tasks.task import Example, TaskType

__all__ = [
    "TASK",
    "Entity",
    "Found",
    "JsonTriples",
    "Lines",
    "Triple",
    "TripleGold",
    "TripleQuestion",
    "ideal",
]

_TEXT = "Naloxone reverses the effect of clonidine (Catapres), which causes hypotension, and hypotension passes."
_LABELS = ("induces", "reverses")

TASK = TaskType(
    name="relation_triples",
    title="Find the relations of a text as triples",
    question=TripleQuestion,
    gold=TripleGold,
    formats={"lines": Lines, "json": JsonTriples},
    views={Relations: view},
    scores={"f1": f1, "undirected_f1": undirected_f1, "string_f1": string_f1, "macro_f1": macro_f1},
    samples=(
        Example(
            TripleQuestion(text=_TEXT, labels=_LABELS),
            TripleGold(
                entities=(
                    Entity(names=(((0, 8),),)),
                    Entity(names=(((32, 41),), ((43, 51),))),
                    Entity(names=(((67, 78),), ((84, 95),))),
                ),
                triples=(Triple(head=0, label="reverses", tail=1), Triple(head=1, label="induces", tail=2)),
            ),
        ),
        Example(
            TripleQuestion(
                text="No adverse event was seen.",
                labels=_LABELS,
                definitions={"induces": "the first, a chemical, brings about the second, a disease"},
            ),
            TripleGold(),
        ),
    ),
)
