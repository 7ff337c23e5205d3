"""MeQSum: quotes that were escaped are put back, and nothing else is touched."""

from medinstruct.corpora.meqsum import with_quotes
from medinstruct.errors import Place
from medinstruct.formats.draft import Draft


def draft(question: str) -> Draft:
    return Draft(Place("a.xlsx"), {"id": "1", "texts": {"question": question}})


def test_escaped_quotes_are_put_back():
    record = draft("Is &quot;zorbin&quot; safe with &amp; without food?")

    assert with_quotes(record) == "2 quotes put back for &quot;"
    assert record.fields["texts"] == {"question": 'Is "zorbin" safe with &amp; without food?'}


def test_a_question_without_them_is_left_as_it_is():
    record = draft('Is "zorbin" safe?')

    assert with_quotes(record) is None
    assert record.fields["texts"] == {"question": 'Is "zorbin" safe?'}
