"""What the BioNLP shared tasks mark on an event beside its arguments: that it is negated, that it is speculated about."""

from __future__ import annotations

from collections.abc import Iterable

from medinstruct.tasks import Attributes


def modifications(events: Iterable[str]) -> dict[str, Attributes]:
    """Return the tasks `dc-negation` and `dc-speculation` of events of these types.

    Source: Kim et al. 2009, https://aclanthology.org/W09-1401, task 3.
    """
    types = tuple(events)
    return {
        "dc-negation": Attributes(
            name="Negation", labels={"": "affirmed", "Negation": "negated"}, types=types, question="Is the event negated?"
        ),
        "dc-speculation": Attributes(
            name="Speculation", labels={"": "stated as fact", "Speculation": "speculated"}, types=types,
            question="Is the event stated as fact?",
        ),
    }  # fmt: skip
