"""What a corpus declares, read as task types read it."""

from medinstruct.document import Item
from medinstruct.tasks import Relations, Texts


def test_one_pair_of_lists_and_several_are_read_alike():
    fact = Relations(
        labels={"A": "a", "B": "b"},
        arguments={"A": (("Gene",), ("Drug", "Gene")), "B": ((("Gene",), ("Gene",)), (("Variant",), ("Variant",)))},
    )

    assert list(fact.products()) == [
        ("A", ("Gene",), ("Drug", "Gene")),
        ("B", ("Gene",), ("Gene",)),
        ("B", ("Variant",), ("Variant",)),
    ]


def test_a_fact_may_hold_for_some_items_only():
    factoid, other = Item(id="1", facts={"kind": "factoid"}), Item(id="2")

    assert [Texts(where={"kind": "factoid"}).is_of(item) for item in (factoid, other)] == [True, False]
    assert [Texts().is_of(item) for item in (factoid, other)] == [True, True]
