"""GPML: terms inside sentences, nested and coordinated; what is no article is told at its line."""

import pytest

from medinstruct.errors import UnsafeInput
from medinstruct.formats import gpml
from medinstruct.formats.draft import Broken
from medinstruct.source import File

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE set SYSTEM "gpml.dtd">\n<set>\n'


def an_article(title: str = "", abstract: str = "", id: str = "MEDLINE:7012") -> str:
    info = f"<articleinfo>\n<bibliomisc>{id}</bibliomisc>\n</articleinfo>\n"
    return f"<article>\n{info}<title>\n{title}\n</title>\n<abstract>\n{abstract}\n</abstract>\n</article>\n"


def a_sentence(content: str) -> str:
    return f"<sentence>{content}</sentence>"


def read(*articles: str, head: str = HEAD) -> list:
    return list(gpml.read([File("genia.xml", (head + "".join(articles) + "</set>\n").encode())]))


def test_sentences_are_joined_by_one_blank_and_are_passages_too():
    [document] = read(an_article(a_sentence("Of Orlin."), f"{a_sentence('One.')}\n{a_sentence('P &lt; 2.')}"))

    assert (document.id, document.text) == ("7012", "Of Orlin. One. P < 2.")
    assert document.identities == ("muid:7012",)
    assert [(passage.type, document.text[slice(*passage.span)]) for passage in document.passages] == [
        ("title", "Of Orlin."),
        ("sentence", "Of Orlin."),
        ("abstract", "One. P < 2."),
        ("sentence", "One."),
        ("sentence", "P < 2."),
    ]


def test_nested_terms_are_mentions_each():
    terms = '<cons sem="G#other_name">The <cons sem="G#protein_molecule">ör</cons> gene</cons>'

    [document] = read(an_article(a_sentence("Of it."), a_sentence(f"In {terms}.")))

    assert [(m.id, m.text, m.types) for m in document.mentions] == [
        ("T1", "The ör gene", ("other_name",)),
        ("T2", "ör", ("protein_molecule",)),
    ]


@pytest.mark.parametrize(
    "sem, types",
    [
        ("(AND G#cell_type G#cell_type)", ("cell_type",)),
        ("(OR G#DNA_N/A (AND G#virus G#DNA_N/A))", ("DNA_N/A", "virus")),
    ],
)
def test_a_coordination_is_one_mention_of_all_its_classes(sem, types):
    parts = '<cons lex="A*">A</cons> and <cons lex="B*">B</cons> <cons lex="*cell">cells</cons>'

    [document] = read(an_article(a_sentence(f'<cons sem="{sem}">{parts}</cons> grow.')))

    assert [(m.text, m.types) for m in document.mentions] == [("A and B cells", types)]


@pytest.mark.parametrize(
    "article, reason",
    [
        (an_article(id=" "), "the article has no id"),
        (an_article("Of Orlin."), "the title holds something outside its sentences: 'Of Orlin.'"),
        (an_article(abstract=a_sentence("One.") + "<p/>"), "the abstract holds something outside its sentences: ''"),
        ("<article><articleinfo><bibliomisc>M:1</bibliomisc></articleinfo></article>", "the article has no title"),
        (an_article("<sentence>" + "<cons>" * 2000 + "</cons>" * 2000 + "</sentence>"), "recursion"),
    ],
)
def test_what_is_no_article_is_broken_alone(article, reason):
    broken, document = read(article, an_article(a_sentence("Of Orlin.")))

    assert isinstance(broken, Broken)
    assert broken.place.line == 4
    assert reason in broken.reason
    assert document.text == "Of Orlin."


def test_a_declaration_that_declares_something_is_refused():
    head = HEAD.replace('"gpml.dtd"', '"gpml.dtd" [<!ENTITY lol "lol">]')

    with pytest.raises(UnsafeInput):
        read(an_article(), head=head)
