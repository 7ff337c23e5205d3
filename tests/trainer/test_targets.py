"""What is trained of each row: the answer and the end of its turn, to the token."""

import pytest

import medinstruct
from medinstruct.chat.backends import hf
from medinstruct.trainer import TrainError, targets
from medinstruct.trainer.targets import Encoded, Turns
from trainer import models

PreTrainedTokenizerFast = pytest.importorskip("transformers").PreTrainedTokenizerFast

SYSTEM = {"role": "system", "content": "You read with care."}
PLAIN = ""


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The messages of every row of a build of many corpora, each with and without a system turn."""
    build = medinstruct.build("mnlu-instruct", samples=True, out=tmp_path_factory.mktemp("rows") / "build", workers=1)
    without = [[m for m in row["messages"] if m["role"] != "system"] for row in build["train"]]
    return [*without, *([SYSTEM, *messages] for messages in without)]


@pytest.fixture(scope="module")
def words(rows):
    return [message["content"] for messages in rows for message in messages]


def turns(words, template):
    tokenizer = models.tokenizer(words, template)
    return Turns(tokenizer, {tokenizer.eos_token_id})


def decoded(tokenizer, ids):
    return tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)


@pytest.mark.parametrize("style", models.TEMPLATES)
def test_trained_tokens_are_the_answer_and_the_end_of_its_turn(style, rows, words):
    """Of every row, with and without a system turn, under templates in the styles of five families."""
    found = turns(words, models.TEMPLATES[style])
    for messages, one in zip(rows, found.encode(rows, 100_000), strict=True):
        assert isinstance(one, Encoded), one
        answer = messages[-1]["content"]
        expected = models.LEADS.get(style, "") + (answer.strip() if style == "heads" else answer) + models.ENDS[style]
        assert decoded(found.tokenizer, one.ids[one.start :]) == expected
        assert decoded(found.tokenizer, one.ids[: one.start]) == found.prompt(messages[:-1])


def test_without_a_template_the_answer_and_the_end_of_text_are_trained(rows, words):
    found = turns(words, PLAIN)
    for messages, one in zip(rows, found.encode(rows, 100_000), strict=True):
        assert decoded(found.tokenizer, one.ids[one.start :]) == messages[-1]["content"] + "</s>"


@pytest.mark.parametrize("style", ["", *models.TEMPLATES])
def test_the_model_is_trained_to_go_on_from_what_it_is_asked(style, rows, words, tmp_path):
    """The tokens before the answer are those that `hf:` puts to the model."""
    found = turns(words, models.TEMPLATES.get(style, ""))
    asks = hf.Backend.__new__(hf.Backend)
    asks.tokenizer = found.tokenizer
    for messages, one in zip(rows, found.encode(rows, 100_000), strict=True):
        assert one.ids[: one.start] == asks._tokens(asks._prompt(messages[:-1]))


def test_a_token_that_runs_into_the_answer_is_parted(words):
    """`### Answer: ` ends in a blank that the vocabulary would join to the answer's first word."""
    found = turns([*words, *["### Answer: Chemical"] * 99], models.TEMPLATES["words"])
    messages = [{"role": "user", "content": "Which?"}, {"role": "assistant", "content": "Chemical: none"}]
    joined = found.tokenizer(found._whole(messages, ""))["input_ids"]
    asked = found.tokenizer(found.prompt(messages[:-1]))["input_ids"]
    assert joined[: len(asked)] != asked  # else this test shows nothing
    [one] = found.encode([messages], 100)
    assert one.ids[: one.start] == asked
    assert decoded(found.tokenizer, one.ids[one.start :]) == "Chemical: none</s>\n"


def test_what_does_not_fit_is_refused_and_not_cut(rows, words):
    found = turns(words, models.TEMPLATES["chatml"])
    whole = list(found.encode(rows, 100_000))
    longest = sorted(len(one.ids) for one in whole)[len(whole) // 2]
    cut = list(found.encode(rows, longest))
    assert [one if len(one.ids) <= longest else targets.TOO_LONG for one in whole] == cut
    assert targets.TOO_LONG in cut


def test_a_text_with_a_control_token_is_refused(words):
    """A corpus that writes `</s>` would otherwise end the turn of whoever reads it."""
    found = turns(words, models.TEMPLATES["chatml"])
    row = [{"role": "user", "content": "H<sub>2</sub> </s> O"}, {"role": "assistant", "content": "None"}]
    assert list(found.encode([row], 100)) == [targets.CONTROL]


def test_a_control_token_that_only_the_vocabulary_knows_is_one(words):
    """Llama 3 lists its own marks among the added tokens and nowhere else."""
    raw = models.tokenizer(words).backend_tokenizer
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="</s>", chat_template=models.TEMPLATES["chatml"]
    )
    found = Turns(tokenizer, {tokenizer.eos_token_id})
    row = [{"role": "user", "content": "a <|eot|> b"}, {"role": "assistant", "content": "None"}]
    assert "<|eot|>" not in tokenizer.all_special_tokens
    assert list(found.encode([row], 100)) == [targets.CONTROL]


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{% for m in messages if m.role == 'assistant' %}{{ m.content }}{% endfor %}{{ '' if add_generation_prompt }}", "user's turn"),
        ("{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}", "does not write the answer"),
        ("{{ messages[0].content }}{% if not add_generation_prompt %}", "cannot be rendered"),
        ("{{ messages | length }} {% for m in messages %}{{ m.content }}{% endfor %}", "writes the question otherwise"),
    ],
)  # fmt: skip
def test_a_chat_template_that_leaves_something_out_is_told(template, what, words):
    with pytest.raises(TrainError, match=what):
        turns(words, template)


def test_a_template_that_changes_answers_costs_those_rows(words):
    found = turns(
        words, models.TEMPLATES["chatml"].replace("{{ m.content }}", "{{ m.content | replace('None', 'nothing') }}")
    )
    asked = {"role": "user", "content": "Which?"}
    rows = [[asked, {"role": "assistant", "content": text}] for text in ("None", "Some")]
    changed, kept = found.encode(rows, 100)
    assert changed == targets.CHANGED
    assert isinstance(kept, Encoded)


def test_a_template_keeps_what_it_is_told():
    """So that whoever asks the trained model asks as it was trained."""
    tokenizer = models.tokenizer(
        ["a"],
        targets.told("{% if quick %}!{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}", {"quick": True}),
    )
    assert tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False) == "!a"
