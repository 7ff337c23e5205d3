"""The shipped wordings: enough of them, each telling all that an answer needs, and no two alike."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from jinja2 import Environment, meta, nodes

from medinstruct import recipe, shelf, tasks, template
from medinstruct.builder.plan import PUBLISHED, resolve
from medinstruct.tasks.event_extraction import EventQuestion, JsonEvents
from medinstruct.tasks.multiple_choice import ChoiceQuestion, Letter
from medinstruct.tasks.relation_triples import JsonTriples, TripleQuestion
from medinstruct.tasks.similarity import SimilarityQuestion
from medinstruct.tasks.span_extraction import Bio, Inline, JsonStrings, SpanQuestion
from medinstruct.tasks.text_generation import TextQuestion

ASKED = {
    "span_extraction": ("ner", "ee"),
    "event_extraction": ("ee",),
    "relation_triples": ("re",),
    "multiple_choice": ("qa", "dc", "re", "nli", "sts"),
    "similarity": ("sts",),
    "text_generation": ("sum", "qa", "gen"),
}
"""The corpus-level tasks that each type serves."""

PARAPHRASES = {
    "span_extraction/mnlu-ner": ("extract", "list", "find"),
    "span_extraction/mnlu-pico": ("extract", "list", "find"),
    "span_extraction/mnlu-event": ("extract", "list", "find"),
    "multiple_choice/mnlu-re": ("choose", "question", "classify"),
    "multiple_choice/mnlu-dc": ("choose", "question", "classify"),
    "multiple_choice/mnlu-subtype": ("choose", "question", "classify"),
    "multiple_choice/mnlu-nli": ("choose", "question", "classify"),
    "multiple_choice/mnlu-sts": ("choose", "question", "classify"),
    "multiple_choice/mnlu-qa": ("choose", "question", "classify"),
    "text_generation/mnlu-sum": ("write", "question", "shorten"),
}
"""MNLU-Instruct: its seven tasks, PICO and argument subtypes, and the questions of BLURB that it was tested on."""

POOLS = {
    "span_extraction/medtuned-ner": 5,
    "span_extraction/medtuned-typed-ner": 5,
    "multiple_choice/medtuned-re": 3,
    "multiple_choice/medtuned-gad": 5,
    "multiple_choice/medtuned-nli": 5,
    "multiple_choice/medtuned-hoc": 5,
    "text_generation/medtuned-consultation": 10,
}
"""Llama2-MedTuned: how many paraphrases each of its corpora has; what it took from PMC-LLaMA stands as it came."""

ANSWERS = {
    "span_extraction/mnlu": "lines",
    "multiple_choice/mnlu": "letter_text",
    "text_generation/mnlu": "text",
    "span_extraction/medtuned-ner": 'bio {"tags":"bare"}',
    "span_extraction/medtuned-typed": "bio",
    "multiple_choice/medtuned": "text",
    "multiple_choice/medtuned-hoc": 'text {"separator":", "}',
    "text_generation/medtuned": "text",
}
"""The answer formats of the published families, by the beginning of the name; the longest that fits counts."""

NAMES = sorted(
    path.relative_to(shelf.SHIPPED / "templates").with_suffix("").as_posix()
    for path in (shelf.SHIPPED / "templates").rglob("*.jinja")
)
MEANS = r"( means:? |: | = | is | is meant | \()"
"""What stands between a label and its definition."""
GUIDELINE = "Mark what the text states, not what one knows besides."
PAIRS = [(type, task) for type, served in ASKED.items() for task in served]
GOLDEN = Path(__file__).parent / "golden" / "templates"
SHOWN = {
    "span_extraction": "typed-lines",
    "event_extraction": "numbered-lines",
    "relation_triples": "lines-of-three",
    "multiple_choice": "classify-letters",
    "similarity": "score-on-scale",
    "text_generation": "summary-request",
}
"""The wording of each type whose rendering is kept under `golden/templates`."""


def is_published(wording):
    return bool(PUBLISHED.intersection(wording.front.tags))


def wordings(type, task):
    """The shipped wordings of a type that suit a task of any corpus."""
    return [found for name in NAMES if (found := template.load(name)).type.name == type and found.suits(task, "")]


def questions(wording):
    """The canonical questions of a wording, and those that differ from them in what may be there or not."""
    for example in wording.type.samples_for(wording.front.tasks):
        question = example.question
        yield question
        if wording.shows_guideline:
            yield question.model_copy(update={"guideline": GUIDELINE})
        if isinstance(question, ChoiceQuestion) and "definitions" in wording.body.fields:
            yield question.model_copy(
                update={"definitions": {o: f"what is called {n}" for n, o in enumerate(question.options)}}
            )
        match question:
            case SpanQuestion() | TripleQuestion() | EventQuestion():
                for given in ({}, {label: f"what is called {label}" for label in question.labels}):
                    yield question.model_copy(update={"definitions": given})
        match question:
            case TripleQuestion():
                yield question.model_copy(update={"symmetric": True})
            case EventQuestion():
                yield question.model_copy(update={"participants": {}})
                yield question.model_copy(
                    update={"participants": {"Protein": ("IL-10", "BCL2"), "Cell": (), "Site": ("S6",)}}
                )
            case SimilarityQuestion():
                yield question.model_copy(update={"meanings": ()})
            case ChoiceQuestion():
                if wording.front.tasks != ("qa",):
                    yield question.model_copy(update={"question": ""})
                if wording.front.tasks in (("qa",), ("dc",)):
                    yield question.model_copy(update={"several": True})
                    yield question.model_copy(update={"several": False})
                if not question.marked and len(question.texts) < 2:
                    yield question.model_copy(
                        update={"texts": {"title": "Clonidine in rats", "abstract": "It was given."}}
                    )
            case TextQuestion():
                for kind in ("", "Do what is asked."):
                    if question.instruction or kind:
                        yield question.model_copy(update={"kind": kind})


def prompts(name):
    wording = template.load(name)
    return [(question, wording.prompt(question)) for question in questions(wording)]


def own_words(question, prompt):
    """What a prompt says beside the texts of its question."""
    texts = [
        getattr(question, "text", ""),
        *getattr(question, "texts", {}).values(),
        getattr(question, "instruction", ""),
    ]
    if isinstance(question, SpanQuestion):
        texts.append(Bio().fields(question)["tokens"])
    if isinstance(question, ChoiceQuestion):
        texts += [question.marked_text, question.masked_text]
    for text in sorted(filter(None, texts), key=len, reverse=True):
        prompt = prompt.replace(text, "")
    return prompt


# ---- how many there are


@pytest.mark.parametrize(("type", "task"), PAIRS)
def test_each_task_has_five_general_wordings_and_more_than_one_answer_format(type, task):
    """Enough that a model learns the task and not the sentence; nothing published is among them."""
    general = [found for found in wordings(type, task) if not is_published(found)]

    assert len(general) >= 5
    assert len({found.answer_name for found in general}) >= min(2, len(tasks.load(type).formats))


def test_attributes_are_asked_with_words_for_the_marks():
    """A wording that shows [[ ]] says what they mean, in at least three general ways."""
    (example,) = [x for x in tasks.load("multiple_choice").samples_of["dc"] if x.question.marked]
    told = {
        found.prompt(example.question).replace(example.question.marked_text, "")
        for found in wordings("multiple_choice", "dc")
        if not is_published(found)
    }

    assert len(told) >= 3
    assert all("[[" in words for words in told)


def test_the_published_families_are_whole():
    mnlu = {f"{family}-{way}" for family, ways in PARAPHRASES.items() for way in ways}
    medtuned = {f"{pool}-{n}" for pool, size in POOLS.items() for n in range(1, size + 1)} | {
        "text_generation/medtuned-qa"
    }

    assert {name for name in NAMES if "mnlu" in template.load(name).front.tags} == mnlu
    assert {name for name in NAMES if "medtuned" in template.load(name).front.tags} == medtuned
    assert {name for name in NAMES if name.split("/")[1].startswith(("mnlu", "medtuned"))} == mnlu | medtuned


@pytest.mark.parametrize("name", [name for name in NAMES if is_published(template.load(name))])
def test_published_wordings_answer_as_the_papers_do(name):
    beginning = max((start for start in ANSWERS if name.startswith(start)), key=len)

    assert template.load(name).answer_key == ANSWERS[beginning]


def test_published_wordings_are_never_taken_unasked():
    found = recipe.parse(
        "title: t\nmix: [{corpus: bc5cdr, task: ner}, {corpus: bc5cdr, task: re, as: multiple_choice}]\n", "t.yaml"
    )
    for place in (0, 1):
        taken = resolve(found, place).templates
        assert len(taken) >= 5
        assert not any(map(is_published, taken))


@pytest.mark.parametrize("type", ASKED)
def test_each_type_has_a_wording_that_shows_a_guideline(type):
    found = [wording for task in ASKED[type] for wording in wordings(type, task) if wording.shows_guideline]

    assert found
    for wording in found:
        asked = [(question, prompt) for question, prompt in prompts(wording.name) if question.guideline]
        assert asked
        assert all(f"uideline: {question.guideline}" in prompt for question, prompt in asked)


def test_wordings_that_take_shots_show_each_with_its_answer():
    """Before the question, which stands last; without any they read as others do."""
    found = [wording for name in NAMES if (wording := template.load(name)).takes_shots]

    assert {wording.type.name for wording in found} == {"span_extraction", "multiple_choice"}
    for wording in found:
        examples = [x for x in wording.type.samples_for(wording.front.tasks) if wording.answer.fits(x) is None]
        shots = [template.Shot(example.question, wording.answer.render(example)) for example in examples]
        for example in examples:
            prompt = wording.prompt(example.question, shots)
            at = 0
            for shot in shots:
                at = prompt.index(shot.question.reading.split("\n")[-1], at)
                at = prompt.index(f"{shot.answer}\n", at)
            assert prompt.index(example.question.reading.split("\n")[-1], at)
            assert prompt == prompt.strip()
            assert not re.search(r"[ \t]$|  |\n\n\n", prompt, re.MULTILINE)


# ---- what each of them tells


@pytest.mark.parametrize("name", NAMES)
def test_a_wording_passes_its_check(name):
    """It renders the canonical examples and their answers come back."""
    assert template.check(template.load(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_holds_the_text(name):
    """All of it, word for word: plain, as tokens, with marks, or with placeholders."""
    for question, prompt in prompts(name):
        match question:
            case SpanQuestion() | TripleQuestion() | EventQuestion():
                shown = Bio().fields(question)["tokens"] if "bio" in template.load(name).answer_key else question.text
                assert shown in prompt
            case ChoiceQuestion() if question.marked:
                assert question.marked_text in prompt or question.masked_text in prompt
            case _:
                assert all(text in prompt for text in question.texts.values())
        if isinstance(question, ChoiceQuestion) and question.marked and question.masked_text in prompt:
            assert all(f"@{what.label}$" in prompt.replace(question.masked_text, "") for what in question.marked)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_asks_for_every_label_role_and_option(name):
    """And shows the question, the definitions, the participants and the meanings that are given."""
    for question, prompt in prompts(name):
        if isinstance(question, TextQuestion):  # the pool for consultations takes the place of the instruction
            assert question.instruction in prompt or ("consultation" in name and question.texts)
        elif isinstance(question, SimilarityQuestion):
            shown = template.load(name).answer.fields(question)
            assert f"{shown['lowest']}" in prompt
            assert f"{shown['highest']}" in prompt
            assert all(
                re.search(rf"\b{n}\W+(means )?(is )?\W*{meaning}", prompt)
                for n, meaning in enumerate(question.meanings)
            )
        else:
            asked = question.labels[:1] if "bare" in template.load(name).answer_key else question.asked
            assert all(word in prompt for word in asked)
            given = getattr(question, "definitions", {})
            assert all(
                re.search(f"{label}{MEANS}{meaning}", prompt) for label, meaning in given.items() if label in asked
            )
            mentions = [m for found in getattr(question, "participants", {}).values() for m in found]
            assert all(mention in prompt for mention in mentions)


@pytest.mark.parametrize("name", [name for name in NAMES if not is_published(template.load(name))])
def test_a_general_wording_passes_on_what_the_corpus_asks(name):
    """Its question, or the two that it is about; what all its items ask for; that a relation has no direction."""
    wording = template.load(name)
    for question, prompt in prompts(name):
        words = own_words(question, prompt)
        if isinstance(question, ChoiceQuestion):
            about = (
                [f"[[{question.names[0]}]]", f"<<{question.names[1]}>>"] if len(question.marked) == 2 else ["no marks"]
            )
            assert question.question in words or all(mark in words for mark in about)
        if isinstance(question, TextQuestion):
            assert question.kind in prompt
        if isinstance(question, TripleQuestion) and question.symmetric:
            assert prompt != wording.prompt(question.model_copy(update={"symmetric": False}))


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_says_what_the_marks_are(name):
    """Each kind of bracket that it puts into the text stands in its own words too."""
    for question, prompt in prompts(name):
        if isinstance(question, ChoiceQuestion) and question.marked and question.marked_text in prompt:
            words = own_words(question, prompt)
            assert all(mark in words for mark in ("[[", "<<")[: len(question.marked)])


@pytest.mark.parametrize("way", PARAPHRASES["span_extraction/mnlu-event"])
def test_an_attribute_of_a_trigger_is_told_apart_from_a_trigger(way):
    """MNLU-Instruct asks for arguments as types of the form `trigger - attribute`."""
    wording = template.load(f"span_extraction/mnlu-event-{way}")
    triggers = SpanQuestion(text="He takes 5 mg.", labels=("Drug", "Dose"))
    attributes = SpanQuestion(text="He takes 5 mg.", labels=("Drug", "Drug - Dose"))

    assert '"trigger - attribute"' not in wording.prompt(triggers)
    assert '"trigger - attribute"' in wording.prompt(attributes)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_tells_the_form_of_the_answer(name):
    """Separators, letters, keys, tags and marks, as the format writes them."""
    wording = template.load(name)
    for question, prompt in prompts(name):
        match wording.answer:
            case Bio() as bio:
                tags = ("B", "I", "O") if bio.tags == "bare" else bio.fields(question)["tags"]
                assert all(re.search(rf"\b{re.escape(tag)}(?!\w)", prompt) for tag in tags)
                assert '"token : tag"' in prompt or '" : "' in prompt
            case Inline() as inline:
                assert re.search(
                    rf"{re.escape(inline.open)}\w+{re.escape(inline.middle)}type{re.escape(inline.close)}", prompt
                )
            case JsonStrings():
                assert "JSON" in prompt
                assert all(f'"{label}"' in prompt for label in question.labels)
            case JsonTriples():
                assert all(f'"{key}"' in prompt for key in ("head", "relation", "tail"))
            case JsonEvents():
                assert all(
                    f'"{key}"' in prompt for key in ("id", "type", "trigger", "arguments", "role", "text", "event")
                )
            case answer if hasattr(answer, "separator") and not isinstance(question, ChoiceQuestion):
                assert answer.separator.strip() in prompt.replace(question.text, "")
        if isinstance(question, ChoiceQuestion) and wording.answer_name != "text":
            assert all(
                f"({letter}) {option}" in prompt for letter, option in wording.answer.fields(question)["letters"]
            )
        if isinstance(question, ChoiceQuestion) and question.several and "repeat" not in prompt.casefold():
            pattern = r'"\(A\)( words)?%s\(B\)|"%s"' % ((re.escape(wording.answer.separator),) * 2)
            assert re.search(pattern, prompt)
        if isinstance(wording.answer, Letter):
            assert "letter" in prompt


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_names_the_word_for_nothing(name):
    """Wherever the right answer may be that there is nothing, and nowhere else."""
    wording = template.load(name)
    for question, prompt in prompts(name):
        words = own_words(question, prompt)
        if isinstance(wording.answer, JsonTriples | JsonEvents):
            assert "[]" in words
        elif isinstance(wording.answer, JsonStrings):
            assert "empty" in words
        elif isinstance(wording.answer, Inline):
            assert re.search("nothing|without marks", words)
        elif isinstance(question, ChoiceQuestion):
            assert (f'"{wording.answer.none}"' in words) == question.several
        elif not isinstance(question, SimilarityQuestion | TextQuestion) and not isinstance(wording.answer, Bio):
            assert re.search(rf'"(type: )?{wording.answer.none}"', words)


@pytest.mark.parametrize("name", NAMES)
def test_a_prompt_is_tidy(name):
    """No blanks at the ends of lines, no runs of blanks or of empty lines, no blank before a full stop, no small letter after it."""
    for question, prompt in prompts(name):
        assert prompt == prompt.strip()
        assert not re.search(r"[ \t]$|  |\n\n\n", prompt, re.MULTILINE), prompt
        assert not re.search(r"\w [.,?](?!\.)|[a-z][.?] [a-z]", own_words(question, prompt)), prompt


@pytest.mark.parametrize(("type", "task"), PAIRS)
def test_no_two_wordings_ask_in_the_same_words(type, task):
    """With their system turns, on each canonical example of the task; what Llama2-MedTuned took as it came stands as it is."""
    asking = [found for found in wordings(type, task) if found.name != "text_generation/medtuned-qa"]
    for example in tasks.load(type).samples_for((task,)):
        turns = Counter((found.front.system, found.prompt(example.question)) for found in asking)
        assert [words for words, times in turns.items() if times > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_wording_names_no_field_of_the_gold(name):
    """Neither as a variable nor behind a point."""
    wording = template.load(name)
    tree = Environment().parse(wording.source.split("\n---\n", 1)[1])
    named = meta.find_undeclared_variables(tree) | {node.attr for node in tree.find_all(nodes.Getattr)}
    gold = set(wording.type.gold.model_fields) - set(wording.type.question.model_fields)

    assert gold
    assert named.isdisjoint(gold)


@pytest.mark.parametrize("name", NAMES)
def test_a_wording_is_named_by_what_it_does(name):
    """Lower case with dashes; a number is the place in a published pool."""
    words = name.split("/")[1]

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", words)
    assert not re.search(r"\d", words) or words.startswith("medtuned-")


# ---- as they read


@pytest.mark.parametrize("type", SHOWN)
def test_a_wording_of_each_type_reads_as_reviewed(type):
    """The canonical examples as turns, to be read by eye; MEDINSTRUCT_RENEW=1 writes them anew."""
    wording = template.load(f"{type}/{SHOWN[type]}")
    turns = [
        f"--- {turn['role']}\n{turn['content']}\n"
        for example in wording.type.samples_for(wording.front.tasks)
        for turn in wording.messages(example, wording.answer.render(example))
    ]
    shown, path = f"=== {wording.name}\n" + "".join(turns), GOLDEN / f"{type}.txt"
    if os.environ.get("MEDINSTRUCT_RENEW"):
        path.write_text(shown, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == shown


def test_guidelines_and_shots_read_as_reviewed():
    """Each wording that shows a guideline or takes shots, with both; MEDINSTRUCT_RENEW=1 writes them anew."""
    shown = ""
    for name in NAMES:
        wording = template.load(name)
        if not wording.shows_guideline and not wording.takes_shots:
            continue
        examples = wording.type.samples_for(wording.front.tasks)
        question = examples[0].question.model_copy(update={"guideline": GUIDELINE})
        if "definitions" in type(question).model_fields:
            question = question.model_copy(update={"definitions": {x: f"what is called {x}" for x in question.offered}})
        shots = [
            template.Shot(x.question, wording.answer.render(x)) for x in examples if wording.answer.fits(x) is None
        ]
        shown += f"=== {name}\n{wording.prompt(question, shots[:2])}\n"
    path = GOLDEN / "guidelines_and_shots.txt"
    if os.environ.get("MEDINSTRUCT_RENEW"):
        path.write_text(shown, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == shown
