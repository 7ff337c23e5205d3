"""The guard: what a source is known by, and which rows stand in what is protected."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Document, Item
from medinstruct.mixture.guard import fingerprint, identities, shared
from medinstruct.text import identity

LONG = "Zorbinase lowers the fever of old mice."


def test_a_document_is_known_by_what_it_states_and_by_its_text():
    found = identities(Document(id="1", text=LONG, identities=("pmid:7", "doi:10.1/x")))

    assert found == tuple(sorted(["pmid:7", "doi:10.1/x", identity(LONG)]))
    assert identity(LONG).startswith("text:")


def test_a_text_of_a_few_words_identifies_nothing():
    assert identities(Document(id="1", text="Chest pain.")) == ()


def test_the_question_of_an_item_counts_where_it_has_no_text_beside_it():
    beside, alone = (
        Item(id="1", texts={"context": LONG}, question="Does it lower the fever of mice?"),
        Item(id="2", question=LONG),
    )

    assert identities(beside) == identities(alone) == (identity(LONG),)


def test_every_text_of_an_item_counts():
    other = "The mice had no fever at all."

    assert set(identities(Item(id="1", texts={"a": LONG, "b": other}))) == {identity(LONG), identity(other)}


groups = st.lists(st.lists(st.integers(0, 20), max_size=3), max_size=12)


@given(groups, st.sets(st.integers(0, 20)))
def test_a_row_is_shared_if_any_of_its_groups_is_protected(rows, protected):
    flat = [(group, n) for n, groups in enumerate(rows) for group in groups]
    prints = np.array([group for group, _ in flat], dtype=np.uint64)
    places = np.array([n for _, n in flat], dtype=np.int64)

    found = shared(prints, places, np.array(sorted(protected), dtype=np.uint64), len(rows))

    assert found.tolist() == [not protected.isdisjoint(groups) for groups in rows]


def test_a_fingerprint_is_of_64_bits_and_the_same_everywhere():
    assert fingerprint("pmid:7") == fingerprint("pmid:7") != fingerprint("pmid:8")
    assert 0 <= fingerprint("pmid:7") < 2**64
