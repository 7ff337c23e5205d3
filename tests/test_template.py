"""Templates: every one that we ship works, mistakes are told with their line, and a hostile one can do nothing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct import sandbox, shelf, tasks, template
from medinstruct.errors import NotFound, TemplateError
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion, Marked
from medinstruct.tasks.task import Example
from medinstruct.template import compile, visible

TEXT = "Zorbinase lowers fever."
QUESTION = ChoiceQuestion(
    texts={"text": TEXT},
    question="What does zorbinase do?",
    options=("lowers", "raises", "neither"),
    several=True,
    marked=(Marked(label="Chemical", mentions=(((0, 9),),)), Marked(label="Finding", mentions=(((17, 22),),))),
)


def wording(body: str, front: str = "answer: letter") -> template.Template:
    return compile(f"---\n{front}\n---\n{body}", "multiple_choice/x", "x.jinja")


def say(body: str, question: ChoiceQuestion = QUESTION) -> str:
    return wording(body).prompt(question)


def fault(body: str, front: str = "answer: letter") -> str:
    """What is said of a wording that does not compile, or not render."""
    with pytest.raises(TemplateError) as error:
        wording(body, front).prompt(QUESTION)
    return str(error.value)


# What we ship


@pytest.mark.parametrize("name", template.names())
def test_every_shipped_template_works_on_its_examples(name):
    found = template.load(name)

    assert template.check(found) == []
    assert found.name == name
    assert found.suits(*[found.front.tasks[0] if found.front.tasks else "ner"], "ncbi-disease") or found.front.corpora


def test_every_task_type_has_a_template():
    for type in tasks.names():
        assert template.names(type), type
        assert all(name.startswith(f"{type}/") for name in template.names(type))


# What a template says


def test_a_prompt_shows_the_fields_of_question_and_answer_format():
    body = """\
{{ texts.text }} {{ marked_text }} {{ masked_text }} {{ names | join(" and ") }}
{% for letter, option in letters %}
({{ letter }}) {{ option }}{{ ", or" if not loop.last }}
{% endfor %}
{{ none }}{{ " of several" if several }}
"""
    assert say(body) == (
        "Zorbinase lowers fever. [[Zorbinase]] lowers <<fever>>. @Chemical$ lowers @Finding$. Zorbinase and fever\n"
        "(A) lowers, or\n(B) raises, or\n(C) neither\nNone of several"
    )


def test_turns_are_system_user_assistant():
    example = Example(QUESTION, ChoiceGold(choices=(1,)))

    found = wording("{{ question }}", "answer: text\nsystem: You are a nurse.")

    assert found.messages(example, "raises") == [
        {"role": "system", "content": "You are a nurse."},
        {"role": "user", "content": "What does zorbinase do?"},
        {"role": "assistant", "content": "raises"},
    ]
    assert [turn["role"] for turn in wording("{{ question }}").messages(example, "B")] == ["user", "assistant"]


def test_options_of_the_answer_format_are_part_of_its_key():
    assert wording("x").answer_key == "letter"
    assert wording("x", "answer: {letter: {}}").answer_key == "letter"
    assert wording("x", "answer: {letter: {none: Neither}}").answer_key == 'letter {"none":"Neither"}'


def test_a_wording_suits_the_tasks_and_corpora_it_names():
    anything, narrow = wording("x"), wording("x", "answer: letter\ntasks: [qa]\ncorpora: [medmcqa]")

    assert anything.suits("nli", "gad")
    assert [narrow.suits(*pair) for pair in (("qa", "medmcqa"), ("qa", "gad"), ("nli", "medmcqa"))] == [
        True,
        False,
        False,
    ]


def test_the_hash_is_of_the_file():
    assert wording("x").hash == wording("x").hash != wording("x ").hash
    assert len(wording("x").hash) == 16


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ options | join(', ') }}", "lowers, raises, neither"),
        ("{{ options | map('upper') | join('|') }}", "LOWERS|RAISES|NEITHER"),
        ("{{ marked | map(attribute='label') | join('+') }}", "Chemical+Finding"),
        ("{{ options | sort | first }} {{ options | last }} {{ options | length }}", "lowers neither 3"),
        ("{{ (options | list) | tojson }} {{ 'p<0.05 ß' | tojson }}", '["lowers", "raises", "neither"] "p<0.05 ß"'),
        ("{{ question | lower | capitalize | trim }} {{ 'x y' | title }}", "What does zorbinase do? X Y"),
        ("{{ options[:-1] | join(', ') }} or {{ options[-1] }}", "lowers, raises or neither"),
        ("{{ ['b', 'a', 'b'] | unique | join }} {{ 2.345 | round(1) }} {{ '7' | int + 1 }}", "ba 2.3 8"),
        ("{{ texts.nothing | default('no') }} {{ 'yes' if texts.nothing is not defined }}", "no yes"),
        ("{% for name, text in texts | items %}{{ name }}={{ text }}{% else %}-{% endfor %}", f"text={TEXT}"),
        ("{{ none }} {{ None }} {{ 'any' if several is not none }}", "None None any"),
        ("{% for o in options if o != 'raises' %}{{ loop.index }}{{ o }} {% endfor %}", "1lowers 2neither "),
        (
            "{% for o in options %}{{ loop.first }}{{ loop.index0 }}{{ loop.revindex }}{{ ',' if not loop.last }}{% endfor %}",
            "True03,False12,False21",
        ),
        (
            "{{ 'a' if not several }}{{ ('b' if not several) | default('c') }}{{ ('d' if not several) is defined }}",
            "cFalse",
        ),
        ("{{ 1 if 'fever' in texts.text and options[0] is eq('lowers') else 2 }}", "1"),
    ],
)
def test_what_templates_can_do(body, expected):
    assert say(body) == expected


def test_the_word_for_nothing_is_the_formats_and_not_jinjas():
    assert (
        wording('Write "{{ none }}".', "answer: {text: {none: nothing of these}}").prompt(QUESTION)
        == 'Write "nothing of these".'
    )
    with pytest.raises(TemplateError, match="unknown field 'none'"):
        compile("---\nanswer: number\n---\n{{ none }}", "similarity/x")


def test_jinja_in_the_data_is_data():
    hostile = "{{ 7*7 }} {% for x in range(9) %}x{% endfor %} {# gone #} {{ options | join }}"
    question = ChoiceQuestion(texts={"text": hostile}, question=hostile, options=(hostile, "{{ question }}"))

    said = say("{{ texts.text }}\n{{ question }}\n{{ options | join('\n') }}\n{{ letters[1][1] ~ none }}", question)

    assert said == f"{hostile}\n{hostile}\n{hostile}\n{{{{ question }}}}\n{{{{ question }}}}None"


SECRET = "gold-7f3a"


class _Telling(ChoiceGold):
    """Gold that would be seen in any prompt that shows it."""

    def __repr__(self) -> str:
        return SECRET

    __str__ = __repr__


@pytest.mark.parametrize("name", template.names())
def test_what_a_shipped_template_says_does_not_depend_on_the_gold(name):
    found = template.load(name)
    for example in found.type.samples_for(found.front.tasks):
        assert found.messages(example, "x") == found.messages(Example(example.question, None), "x")


@pytest.mark.parametrize("type", tasks.names())
def test_no_field_of_a_question_is_one_of_the_gold(type):
    task = tasks.load(type)
    shown = visible(task.question)

    assert not shown & set(task.gold.model_fields), "a template would see the gold"
    assert shown
    assert not any(name.startswith(("_", "model_")) or name in ("asked", "reading", "ask", "gold") for name in shown)


def test_gold_is_out_of_reach_whatever_is_asked_for():
    example = Example(QUESTION, _Telling(choices=(0,)))
    for body in (
        "{{ gold }}",
        "{{ choices }}",
        "{{ example }}",
        "{{ example.gold }}",
        "{{ is_negative }}",
        "{{ self }}",
    ):
        with pytest.raises(TemplateError, match=r"unknown field|not for templates"):
            wording(body).messages(example, "x")
    body = "".join(f"{{% if {name} %}}{{% endif %}}" for name in sorted(visible(ChoiceQuestion)))
    assert SECRET not in str(wording(body).messages(example, "x"))


# What is told


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one\n\n{{ txets.text }}", "x.jinja:6: unknown field 'txets' (did you mean texts?)"),
        ("{{ gold }}", "x.jinja:4: unknown field 'gold' (there is definitions, guideline, letters, marked"),
        ("\n{{ question | lowr }}", "x.jinja:5: no filter 'lowr' (did you mean lower?)"),
        ("{{ question | center(80) }}", "x.jinja:4: no filter 'center' (there is capitalize, "),
        ("{{ question | format(1) }}", "x.jinja:4: no filter 'format' ("),
        ("{{ 'a' if question is definde }}", "x.jinja:4: no test 'definde' (did you mean defined?)"),
        ("one\n{% for x in options %}\n{{ x }\n{% endfor %}", "x.jinja:6: unexpected '}'"),
        ("one\ntwo\n{% endfor %}", "x.jinja:6: Encountered unknown tag 'endfor'."),
        (
            "one\n\n{{ texts.premise }}",
            "x.jinja:6: 'dict object' has no attribute 'premise' (fields: definitions, guideline, letters, marked",
        ),
        ("{{ options }}", "x.jinja:4: a tuple is no text; `join` makes one of a list (fields: "),
        ("\n{{ texts }}", "x.jinja:5: a dict is no text; `join` makes one of a list (fields: "),
        ("{{ options[7] }}", "x.jinja:4: tuple object has no element 7 (fields: "),
    ],
)
def test_mistakes_are_told_with_their_line(body, expected):
    assert fault(body).startswith(expected)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("answer: leter", "x.jinja:2: no answer format 'leter' for multiple_choice (did you mean letter?)"),
        (
            "answer: {letter: {seperator: x}}",
            "x.jinja:2: answer -> letter: seperator: unknown key; did you mean separator?",
        ),
        ("answer: {letter: {separator: ' '}}", "x.jinja:2: answer -> letter: the separator needs"),
        ("answer: {letter: {}, text: {}}", "x.jinja:2: `answer` names one format"),
        ("answer: letter\ntag: [x]", "x.jinja:2: tag: unknown key; did you mean tags?"),
        ("tags: [x]", "x.jinja:2: answer: Field required"),
        ("", "x.jinja:2: answer: Field required"),
        ("answer: letter\ntags: x", "x.jinja:2: tags: Input should be a valid tuple"),
        ("answer: letter\nlanguage: no", "x.jinja:2: language: Input should be a valid string"),
        ("answer: letter\nanswer: text", "x.jinja:3: no YAML: 'answer' stands here twice"),
        ("answer: [letter", "x.jinja:2: no YAML: expected ',' or ']'"),
        ("answer: letter\ntags: {a", "x.jinja:3: no YAML: expected ',' or '}'"),
        ("- answer", "x.jinja:2: is a list, and should be a mapping"),
        ("answer", "x.jinja:2: is a str, and should be a mapping"),
        (
            "answer: !!python/object/apply:os.system [echo]",
            "x.jinja:2: no YAML: tags (tag:yaml.org,2002:python/object/apply:os",
        ),
        ("answer: letter\nsystem: !!python/name:os.system ''", "x.jinja:3: no YAML: tags ("),
        ("answer: &a letter\nsystem: *a", "x.jinja:2: no YAML: anchors and aliases are not read"),
        ("answer: letter\nlanguage: 2024-13-45", "x.jinja: no YAML: month must be in 1..12"),
        ("answer: letter\ntags: " + "[" * 3_000, "x.jinja: no YAML: nested too deeply"),
        ("answer: letter\nsystem: " + "x" * 9_000, "x.jinja: the front matter has at most 8,192 characters"),
    ],
)
def test_mistakes_of_the_front_matter_are_told(front, expected):
    assert fault("{{ question }}", front).startswith(expected)


@pytest.mark.parametrize(
    "text", ["", "{{ question }}", "---\nanswer: letter\n{{ question }}", "\n---\nanswer: letter\n---\nx", "---"]
)
def test_a_template_without_front_matter_is_told(text):
    with pytest.raises(TemplateError, match=r"^x.jinja:1: no front matter \(a template begins with ---"):
        compile(text, "multiple_choice/x", "x.jinja")


def test_what_an_editor_of_windows_adds_is_no_mistake():
    text = "\ufeff---\r\nanswer: letter\r\n---\r\nName:\r\n{{ question }}\r\n"

    assert compile(text, "multiple_choice/x").prompt(QUESTION) == "Name:\nWhat does zorbinase do?"


def test_an_unknown_task_type_or_template_is_told():
    with pytest.raises(NotFound, match=r"no task type 'multiple_choices'; did you|did you mean multiple_choice\?"):
        compile("---\nanswer: letter\n---\nx", "multiple_choices/x")
    with pytest.raises(NotFound, match=r"did you mean multiple_choice/exam-letter\?"):
        template.load("multiple_choice/exam-leter")


def test_a_file_is_a_template_by_its_folder(tmp_path, monkeypatch):
    (tmp_path / "multiple_choice").mkdir()
    (tmp_path / "multiple_choice/mine.jinja").write_text("---\nanswer: letter\n---\n{{ question }}")
    monkeypatch.chdir(tmp_path / "multiple_choice")

    for name in (
        "mine.jinja",
        "./mine.jinja",
        "../multiple_choice/mine.jinja",
        str(tmp_path / "multiple_choice/mine.jinja"),
    ):
        assert template.load(name).name == "multiple_choice/mine"


def test_a_file_that_is_no_unicode_is_told(tmp_path):
    file = tmp_path / "multiple_choice/mine.jinja"
    file.parent.mkdir()
    file.write_bytes(b"---\nanswer: letter\n---\nF\xfcr")

    with pytest.raises(Exception, match=r"mine\.jinja:4: is not UTF-8") as error:
        template.load(str(file))
    assert error.value.next == "save it as UTF-8"


def test_a_shelf_that_is_added_later_wins(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "_user_shelves", [])
    name = "multiple_choice/exam-letter"
    shelf.entries.cache_clear()
    before = template.load(name).prompt(QUESTION)
    (tmp_path / "templates/multiple_choice").mkdir(parents=True)
    (tmp_path / f"templates/{name}.jinja").write_text("---\nanswer: letter\n---\nMine.")

    shelf.add(tmp_path)

    assert template.load(name).prompt(QUESTION) == "Mine." != before
    monkeypatch.undo()
    shelf.entries.cache_clear()
    assert template.load(name).prompt(QUESTION) == before


def test_check_tells_what_does_not_render_fit_or_come_back():
    assert template.check(wording("{{ question }}")) == []
    assert (
        template.check(wording("{% if 0 %}x{% endif %}"))[0]
        == "sample 0: the prompt shows nothing of what is asked about"
    )
    assert "has no attribute 'premise'" in template.check(wording("{{ texts.premise }}"))[0]
    assert template.check(wording("x", "answer: letter\ntasks: [ner]")) == ["no canonical example for tasks ner"]


# What is refused

REFUSED = {
    "call": ["{{ question.upper() }}", "{{ range(9) }}", "{{ lipsum() }}", "{{ dict(a=1) }}", "{{ ''.join(options) }}",
             "{{ '{0.__class__}'.format(question) }}", "{% for x in range(9) %}{% endfor %}", "{{ loop() }}",
             "{% for o in options %}{{ loop.cycle('a', 'b') }}{% endfor %}"],
    "macro": ["{% macro m() %}{% endmacro %}"],
    "callblock": ["{% call m() %}{% endcall %}"],
    "assign": ["{% set x = question %}"],
    "assignblock": ["{% set x %}a{% endset %}"],
    "with": ["{% with x = 1 %}{% endwith %}"],
    "include": ["{% include 'multiple_choice/exam-letter' %}"],
    "import": ["{% import 'x' as y %}"],
    "fromimport": ["{% from 'x' import y %}"],
    "extends": ["{% extends 'x' %}"],
    "block": ["{% block b %}{% endblock %}"],
    "filterblock": ["{% filter upper %}x{% endfilter %}"],
    "mul": ["{{ 'a' * 1000000000 }}", "{{ 9 * 9 }}"],
    "pow": ["{{ 9 ** 9 ** 9 }}"],
    "mod": ["{{ '%1000000000d' % 1 }}"],
    "div": ["{{ 1 / 0 }}"],
    "dict": ["{{ {'a': 1} }}"],
    "unknown tag": ["{% do question %}", "{% break %}", "{% debug %}", "{% trans %}x{% endtrans %}"],
    "scope": ["{% autoescape true %}x{% endautoescape %}"],
    "loops may be nested twice": [
        "{% for a in options recursive %}x{% endfor %}",
        "{% for a in options %}{% for b in options %}{% for c in options %}{% endfor %}{% endfor %}{% endfor %}",
    ],
    "is not for templates": [
        "{{ question.__class__ }}", "{{ question.__init__ }}", "{{ self }}", "{{ self.x }}", "{{ _budget }}", "{{ question._x }}",
        "{{ question | _each }}", "{{ options | _weighed }}",
    ],
    "unknown field": ["{{ loop }}", "{{ config }}", "{{ request }}", "{{ caller }}", "{{ varargs }}", "{{ joiner }}", "{{ namespace }}"],
    "unsafe": ["{{ question['__class__'] }}", "{{ question['__cl' ~ 'ass__'] }}", "{{ options | map(attribute='__class__') | join }}",
               "{{ (question | list)['__len__'] if 0 else question['__len__'] }}"],
    "the letters of a text": ["{% for letter in question %}{{ letter }}{% endfor %}", "{{ question | list }}", "{{ question | join('x') }}",
                              "{{ question | sort | join }}", "{{ question | unique | join }}", "{{ question | map('upper') | join }}"],
    "no filter": ["{{ question | center(1000000000) }}", "{{ question | format }}", "{{ question | replace('a', 'b') }}",
                  "{{ question | attr('__class__') }}", "{{ options | map('attr') | join }}", "{{ options | map('_each') | join }}",
                  "{{ question | xmlattr }}", "{{ question | indent(99) }}", "{{ question | wordwrap(1) }}", "{{ options | batch(2) }}",
                  "{{ question | pprint }}", "{{ question | random }}"],
    "no test": ["{{ question is callable }}", "{{ question is filter }}", "{{ question is sameas(question) }}"],
    "is no text": ["{{ options }}", "{{ texts }}", "{{ question.upper }}", "{{ question ~ question.upper }}", "{{ options ~ 'x' }}",
                   "{{ [question.upper] | join }}", "{{ marked[0] }}", "{{ texts.items }}", "{{ options | map(attribute='upper') | join }}",
                   "{% for o in options %}{{ loop }}{% endfor %}", "{% for o in options %}{{ loop.cycle }}{% endfor %}",
                   "{% for o in options %}{% for x in loop %}{% endfor %}{% endfor %}", "{{ 'x' if question.upper == 1 }}", "{{ question.format }}"],
    "is for numbers": ["{{ question + question }}", "{{ options + options }}", "{{ [1] + [2] }}", "{{ 'a' - 1 }}"],
}  # fmt: skip


@pytest.mark.parametrize(("what", "body"), [(what, body) for what, bodies in REFUSED.items() for body in bodies])
def test_nothing_that_a_wording_has_no_need_of_is_possible(what, body):
    said = fault(body)

    assert what in said or (what.isalpha() and f"{what} is not allowed in a template" in said)
    assert " at 0x" not in said


MANY = ChoiceQuestion(
    texts={"text": 'fever <b> ß \\" 体温 ' * 6_000, "other": "fever " * 6_000},
    question="What?" * 400,
    options=tuple(f"option {n} {'x' * (n % 30)}" for n in range(700)),
)


def filled(piece: str, length: int = 65_000) -> str:
    return piece * (length // len(piece))


EACH = "{% for a in options %}BODY{% endfor %}"
TWICE = "{% for a in options %}{% for b in options %}BODY{% endfor %}{% endfor %}"
GREEDY = {
    "brackets": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "lists in lists": "{{ " + "[" * 20_000 + "]" * 20_000 + " }}",
    "nots": "{{ " + "not " * 15_000 + "1 }}",
    "minus": "{{ " + "- " * 15_000 + "1 }}",
    "filters on filters": "{{ question" + " | lower" * 7_000 + " }}",
    "ifs in ifs": "{% if several %}" * 1_800 + "{% endif %}" * 1_800,
    "a hundred ifs in ifs": "{% if several %}" * 100 + "{% endif %}" * 100,
    "elifs": "{% if 0 %}" + "{% elif 0 %}" * 5_000 + "{% endif %}",
    "a giant integer": "{{ " + "9" * 60_000 + " }}",
    "giant integers": "{{ " + " + ".join(["9" * 4_000] * 15) + " }}",
    "a giant subscript": "{{ options[" + "9" * 4_000 + "] }}",
    "a giant slice": "{{ options[" + "9" * 4_000 + ":] | join }}",
    "a step of nought": "{{ options[::0] | join }}",
    "rounding to a billion digits": "{{ 1.5 | round(1000000000) }}",
    "rounding to minus a billion digits": "{{ 15 | round(-1000000000) }}",
    "rounding up": "{{ 1.5 | round(1000000000, 'ceil') }}",
    "indented JSON": "{{ options | tojson(indent=1000000000) }}",
    "numbers from a base": "{{ question | int(0, 1000000000) }}",
    "outputs": filled("{{ texts.text }}"),
    "constants": "{{ [" + "1," * 30_000 + "] | length }}",
    "short outputs": filled("{{ 1 }}"),
    "texts together": "{{ " + "texts.text ~ " * 4_500 + "1 }}",
    "texts together in a loop": EACH.replace("BODY", "{{ " + "texts.text ~ " * 500 + "1 }}"),
    "a list of texts": "{{ [" + "texts.text, " * 4_500 + "] | join }}",
    "JSON of JSON": "{{ texts.text" + " | tojson" * 45 + " }}",
    "JSON of lists of lists": "{{ " + "[" * 40 + "options" + ", options]" * 40 + " | tojson }}",
    "joined by a text": "{{ options | join(texts.text) }}",
    "joined by a joined text": "{{ options | join(options | join(options | join(question))) }}",
    "letters joined": "{{ texts.text | list | join(texts.text) }}",
    "folded constants": "{{ (['" + "a" * 9_000 + "', 'b'] | join('" + "b" * 9_000 + "')) | length }}" * 3,
    "a loop in a loop": TWICE.replace("BODY", "{{ a }}"),
    "a loop in a loop of nothing": TWICE.replace("BODY", ""),
    "a loop in a loop of much": TWICE.replace("BODY", "{% if 1 %}{% endif %}" * 1_500),
    "loops one after the other": (TWICE.replace("BODY", "")) * 900,
    "a loop over a list of lists": "{% for a in [" + "options, " * 4_000 + "] %}{% for b in a %}{% endfor %}{% endfor %}",
    "lists of the same list": "{% for a in [" + "options, " * 2_000 + "] %}{% for b in [" + "a, " * 2_000 + "] %}{% endfor %}{% endfor %}",
    "comparisons": EACH.replace("BODY", "{% if texts.text == texts.other ~ 'x' %}{% endif %}" * 90),
    "texts in texts": EACH.replace("BODY", "{% if texts.other in texts.text %}{% endif %}" * 500),
    "tests": EACH.replace("BODY", "{% if texts.other is in(texts.text) %}{% endif %}" * 500),
    "slices": EACH.replace("BODY", "{% if texts.text[1:] %}{% endif %}" * 500),
    "slices of slices": "{{ texts.text" + "[1:]" * 45 + " | length }}",
    "filtered loops": "{% for a in options if texts.other in texts.text %}{% for b in options if texts.other != a %}{% endfor %}{% endfor %}",
    "maps": EACH.replace("BODY", "{% if options | map('upper') | list %}{% endif %}" * 200),
    **{f"{name} in a loop": EACH.replace("BODY", f"{{% if texts.text | {name} %}}{{% endif %}}" * 300)
       for name in ("lower", "upper", "capitalize", "title", "trim", "tojson", "length", "int", "default")},
    **{f"{name} of a list in a loop": EACH.replace("BODY", f"{{% if options | {name} %}}{{% endif %}}" * 300)
       for name in ("sort", "unique", "list", "join", "tojson", "first", "length")},
    "blanks": " " * 60_000 + "{% if several %}x{% endif %}",
    "lines": "\n" * 60_000 + "{%- if several %}x{% endif %}",
    "blank lines": " \n" * 30_000 + "{#- x #}",
    "braces": "{" * 60_000,
    "parted braces": "{ " * 30_000,
    "comments": "{#" * 30_000,
    "a tag of blanks": "{%" + " " * 60_000,
    "tags of blanks": "  {%- " * 10_000,
    "a quote": "{{ " + "'" * 60_001 + " }}",
    "backslashes": "{{ '" + "\\" * 60_001 + " }}",
    "raw": "{% raw %}" + "{% " * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", GREEDY)
def test_an_adversarial_template_ends_soon_and_takes_little(name):
    """Within 2 s of the processor and 200 MB, whether it is refused or not."""
    began = time.process_time()
    said = ""
    try:
        said = wording(GREEDY[name]).prompt(MANY)
    except TemplateError as error:
        said = f"{error}"

    assert time.process_time() - began < 2
    assert len(said) <= sandbox.MAX_CHARACTERS


@pytest.mark.parametrize(
    "name",
    [
        "outputs",
        "JSON of JSON",
        "joined by a text",
        "joined by a joined text",
        "a list of texts",
        "texts together in a loop",
    ],
)
def test_an_adversarial_template_takes_little_memory(name):
    import tracemalloc

    made = wording(
        GREEDY[name]
        .replace("texts.text ~ " * 500, "texts.text ~ " * 90)
        .replace("texts.text, " * 4_500, "texts.text, " * 900)
    )
    tracemalloc.start()
    with pytest.raises(TemplateError, match=r"more than [12],000,000"):
        made.prompt(MANY)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 200_000_000


def test_a_template_has_a_length():
    compile("---\nanswer: letter\n---\n" + "x" * 60_000, "multiple_choice/x")

    assert fault("x" * 66_000) == "x.jinja: a template has at most 65,536 characters"


def test_long_honest_questions_are_asked():
    """A text of 300,000 characters, 702 options and 2,000 mentions are more than any corpus has."""
    question = ChoiceQuestion(
        texts={"text": "A fever of 38.5 degrees was seen. " * 9_000},
        options=tuple(f"option {n}" for n in range(702)),
        marked=tuple(Marked(label="Finding", mentions=((((n * 34) + 2, (n * 34) + 7),),)) for n in range(2_000)),
    )
    body = "{{ marked_text }}{% for letter, option in letters %}\n({{ letter }}) {{ option | trim }}{{ ',' if not loop.last }}{% endfor %}"

    said = say(body + "{% for m in marked %}{{ m.label }}{% endfor %}{{ names | unique | join }}", question)

    assert said.count("(ZZ) option 701") == 1
    assert said.endswith("Finding" * 2_000 + "fever")


bodies = st.lists(
    st.sampled_from([
        "{{ ", " }}", "{% ", " %}", "for a in ", "options", "texts", "question", "if ", "endif", "endfor", "else", " | ", "join", "(", ")", "[", "]",
        "'x'", "1", "-", "+", "~", ".", "text", "loop", "index", "first", "a", ":", ",", " in ", " is ", "defined", "not ", "map", "tojson", "\n",
        "set ", "=", "macro m()", "__class__", "items", "attribute=", "{#", "#}", "{%- ", " -%}", "self", "recursive",
    ]) | st.text(max_size=3),
    max_size=25,
).map("".join)  # fmt: skip
"""Bits of Jinja in any order, some of which compile."""


@given(body=bodies)
def test_any_body_is_said_or_refused(body):
    said = ""
    try:
        said = say(body)
    except TemplateError as error:
        said = str(error)
    assert " at 0x" not in said


fronts = st.text(max_size=60) | st.lists(
    st.sampled_from(["answer", ": ", "letter", "{", "}", "[", "]", "\n", "- ", "&a ", "*a", "!!python/name:os ", "tags", "'", '"', "? ", "| ", "> ",
                     "%YAML", "---", "2024-01-01", "1e999", "~"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(front=fronts)
def test_any_front_matter_is_read_or_refused(front):
    try:
        found = wording("x", front)
    except TemplateError:
        return
    assert found.answer_name in found.type.formats


def test_a_wording_that_never_shows_the_text_is_found_out():
    hello = compile("---\nanswer: lines\n---\nHello\n", "span_extraction/hello")

    assert "sample 0: the prompt shows nothing of what is asked about" in template.check(hello)


def test_a_task_that_nobody_knows_is_told():
    with pytest.raises(TemplateError, match=r"x\.jinja:2: tasks: no task 'nr' \(did you mean"):
        compile("---\nanswer: lines\ntasks: [nr]\n---\n{{ text }}\n", "span_extraction/x", "x.jinja")
