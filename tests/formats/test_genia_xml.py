"""GENIA XML: terms inside sentences, events after them, and clues that repeat the sentence."""

import pytest

from medinstruct.document import Argument, Attribute, Event, Mention, Passage
from medinstruct.errors import UnsafeInput
from medinstruct.formats import genia_xml
from medinstruct.source import File

HEAD = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE Annotation PUBLIC "-//GENIA//DTD GENIA ANNOTATION EVENT 2.0//EN" "../GENIAtypes/GENIA_event_20.dtd">
<Annotation><PubmedArticleSet><PubmedArticle><MedlineCitation>
<PMID>69000009</PMID>
<Article>
"""
TITLE = """\
<sentence id="S1"><term sem="Protein_molecule" id="T1" lex="orlin"><term sem="Lipid" id="T2">Or</term>lin</term> &lt; 5.</sentence>
"""
ABSTRACT = """\
<sentence id="S2"><cons sem="(AND/OR Cell_natural (OR DNA_molecule Virus))" id="T3"><frag id="F1">T</frag> or <frag id="F2">B</frag> \
<frag id="F3">cells</frag></cons> grow.</sentence>
<event id="E1" assertion="non-exist">
<type class="Regulation" />
<theme idref="E2" />
<cause idref="T1" />
<clue>T or B cells <clueType>grow</clueType>.</clue>
</event>
<event id="E2">
<type />
<theme idref="F3" idref1="F1" />
<clue><clueType>T</clueType> or B <clueType>cells</clueType> <linkTheme>grow</linkTheme>.</clue>
<comment>or not</comment>
</event>
"""


def file(title: str = TITLE, abstract: str = ABSTRACT, head: str = HEAD) -> File:
    body = f"<ArticleTitle>{title}</ArticleTitle><Abstract><AbstractText>{abstract}</AbstractText></Abstract>"
    tail = "</Article></MedlineCitation></PubmedArticle></PubmedArticleSet></Annotation>"
    return File("a.xml", f"{head}{body}{tail}".encode())


def read(**parts) -> list:
    return list(genia_xml.read([file(**parts)]))


def test_title_and_abstract_are_one_text_with_its_sentences():
    [document] = read()

    assert (document.id, document.identities) == ("69000009", ("pmid:69000009",))
    assert document.text == "Orlin < 5. T or B cells grow."
    assert document.passages == (
        Passage(type="title", span=(0, 10)),
        Passage(type="sentence", span=(0, 10), id="S1"),
        Passage(type="abstract", span=(11, 29)),
        Passage(type="sentence", span=(11, 29), id="S2"),
    )


def test_terms_nest_and_a_coordination_has_the_classes_of_all_its_parts():
    [document] = read()

    assert document.mentions[:3] == (
        Mention(id="T1", spans=((0, 5),), text="Orlin", types=("Protein_molecule",)),
        Mention(id="T2", spans=((0, 2),), text="Or", types=("Lipid",)),
        Mention(id="T3", spans=((11, 23),), text="T or B cells", types=("Cell_natural", "DNA_molecule", "Virus")),
    )


def test_triggers_stand_where_the_clue_says_and_several_references_are_one_mention():
    [document] = read()

    assert document.mentions[3:] == (
        Mention(id="E1.clue", spans=((24, 28),), text="grow", types=("Regulation",)),
        Mention(id="E2.clue", spans=((11, 12), (18, 23)), text="T cells", types=("UNCLASSIFIED",)),
        Mention(id="F3+F1", spans=((11, 12), (18, 23)), text="T cells", types=("combined",)),
    )
    assert document.events == (
        Event(
            id="E1",
            type="Regulation",
            trigger="E1.clue",
            arguments=(Argument(role="theme", ref="E2", kind="event"), Argument(role="cause", ref="T1")),
        ),
        Event(id="E2", type="UNCLASSIFIED", trigger="E2.clue", arguments=(Argument(role="theme", ref="F3+F1"),)),
    )
    assert document.attributes == (Attribute(target="E1", name="assertion", value="non-exist"),)


def test_where_no_word_is_the_clue_the_words_that_link_are():
    first, last = ABSTRACT.split('<event id="E2">')

    [document] = read(abstract=f"{first}<event id='E2'>{last.replace('clueType', 'clueTime')}")

    assert [mention.text for mention in document.mentions if mention.id == "E2.clue"] == ["grow"]


def test_a_mention_and_an_event_named_together_are_two_arguments():
    [document] = read(abstract=ABSTRACT.replace('<cause idref="T1" />', '<cause idref="T1" idref1="E2" />'))

    assert document.events[0].arguments[1:] == (
        Argument(role="cause", ref="T1"),
        Argument(role="cause", ref="E2", kind="event"),
    )


def test_parts_that_overlap_become_one():
    [document] = read(abstract=ABSTRACT.replace('<cause idref="T1" />', '<cause idref="T2" idref1="T1" />'))

    assert document.mentions[-2] == Mention(id="T2+T1", spans=((0, 5),), text="Orlin", types=("combined",))


@pytest.mark.parametrize(
    "old, new, reason",
    [
        ("B cells <clueType>", "B  cells <clueType>", "the clue of E1 is not the sentence before it: 'T or B  cells grow.'"),
        ('idref="T1"', 'idref="S1"', "cause of E1 points to S1, which is no mention"),
        ('<event id="E2">', "<event>", "nothing is called 'id' here"),
        ('<sentence id="S2">', "<event id='E0'/><sentence id='S2'>", "<event> stands where a sentence is expected"),
        ("<clueType>grow</clueType>", "grow", "the trigger  of event E1 is no mention"),
    ],
)  # fmt: skip
def test_a_fault_is_told(old, new, reason):
    assert old in ABSTRACT
    [broken] = read(abstract=ABSTRACT.replace(old, new, 1))

    assert str(broken.error()) == f"a.xml: {reason}"


@pytest.mark.parametrize(
    "head, reason",
    [
        (HEAD.replace("PMID", "ID"), "a.xml: the file has no PMID"),
        (HEAD.replace("<Article>", "<Article>&zorb;"), "a.xml:5: not XML: undefined entity &zorb;"),
        (HEAD.replace("<Article>", "<Article"), "a.xml:6: not XML: not well-formed (invalid token)"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(head, reason):
    [broken] = read(head=head)

    assert str(broken.error()) == reason


def test_an_entity_is_refused():
    with pytest.raises(UnsafeInput, match="declares what no data needs"):
        read(head=HEAD.replace('dtd">', 'dtd" [<!ENTITY z "zz">]>'))


def test_deep_nesting_is_a_broken_file():
    deep = "<term id='T9'>" * 5000 + "x" + "</term>" * 5000

    [broken] = read(title=f"<sentence id='S1'>{deep}</sentence>")

    assert broken.reason


@pytest.mark.real
def test_real_abstracts_are_read(real):
    """All but those with an event that nothing tells of, or with a sentence as argument."""
    found = list(genia_xml.read(real("genia-event", "GENIAcorpus_event/*.xml")))

    reasons = [each.reason for each in found if not hasattr(each, "text")]
    assert (len(found), len(reasons)) == (150, 15)
    assert {reason.split(" of ")[0] for reason in reasons} == {"the trigger ", "cause"}
