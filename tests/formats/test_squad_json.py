"""SQuAD JSON: a question, its paragraph, and the answers that stand in it."""

import json

import pytest

from medinstruct.document import Item
from medinstruct.formats import squad_json
from medinstruct.formats.draft import Broken
from medinstruct.source import File

CONTEXT = "Zorb fever runs in families."


def read(*qas: dict, **options) -> list:
    article = {"title": "Zorb", "paragraphs": [{"context": CONTEXT, "document_id": 7, "qas": list(qas)}]}
    data = json.dumps({"version": "1.1", "data": [article]}).encode()
    return list(squad_json.read([File("zorb.json", data)], **options))


def question(*answers: str, **more) -> dict:
    return {"id": 5, "question": " Where? ", "answers": [{"text": text, "answer_start": 0} for text in answers], **more}


def test_a_question_becomes_an_item_with_its_answers_once_each():
    [item] = read(question("in families", " in families", "families"))

    expected = Item(id="5", texts={"context": CONTEXT}, question="Where?", references=("in families", "families"))
    assert item == expected


def test_an_answer_that_does_not_stand_in_its_paragraph_is_left_out():
    assert read(question("in herds", " "))[0].references == ()


def test_a_question_that_cannot_be_answered_says_so():
    [item] = read(question(is_impossible=True))

    assert (item.references, item.facts) == ((), {"impossible": "true"})


def test_a_corpus_may_tell_more_of_a_paragraph():
    [item] = read(question("families"), more=lambda paragraph: {"facts": {"document": str(paragraph["document_id"])}})

    assert item.facts == {"document": "7"}


@pytest.mark.parametrize("missing", ["id", "question"])
def test_a_question_without_its_parts_breaks_its_article(missing):
    row = {key: value for key, value in question("families").items() if key != missing}

    [broken] = read(row)

    assert isinstance(broken, Broken)
    assert f"nothing is called {missing!r}" in broken.reason
