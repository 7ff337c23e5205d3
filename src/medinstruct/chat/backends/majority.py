"""majority: what the train part says most often, whatever is asked.

Of a choice it is the set of options that is right most often (where options change from row to row, the place), of a score the mean, of a text the
most frequent one; of spans, relations and events it is that there are none, as most stretches of a text are no mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medinstruct.chat import backend
from medinstruct.chat.backend import Answer
from medinstruct.chat.prior import Priors
from medinstruct.chat.query import Query
from medinstruct.chat.say import say


class Backend(backend.Learner):
    """Says the same to everything."""

    def learn(self, train: Iterable[Query]) -> None:
        self.priors = Priors(train)

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return (Answer.to(query, say(query, self.priors.usual(query))) for query in queries)
