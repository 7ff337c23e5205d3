"""transformers with a tiny random model on the CPU."""

import pytest

from chat import tiny
from medinstruct import chat
from medinstruct.chat import ChatError, Settings
from medinstruct.chat.backends.hf import plain, without_system

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny.make(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def short(queries):
    return sorted(queries, key=lambda query: sum(len(m["content"]) for m in query.messages))[:12]


def test_batches_say_what_single_questions_say(model, short):
    """Left padding changes nothing."""
    said = []
    for batch in (1, 5):
        backend = chat.load(f"hf:{model}", Settings(max_tokens=12, batch=batch))
        said.append(
            {answer.id: (answer.text, answer.read, answer.written, answer.finish) for answer in backend.answer(short)}
        )
    assert len(said[0]) == len(short)
    assert said[0] == said[1]


def test_generation_equals_that_of_the_model_itself(model, short):
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    bare = transformers.AutoModelForCausalLM.from_pretrained(model)
    [answer] = chat.load(f"hf:{model}", Settings(max_tokens=12)).answer(short[:1])
    ids = tokenizer(plain(short[0].messages), return_tensors="pt")["input_ids"]
    for _ in range(12):
        ids = torch.cat([ids, bare(ids).logits[:, -1].argmax(-1, keepdim=True)], -1)
    assert answer.text == tokenizer.decode(ids[0, answer.read :], skip_special_tokens=True)


def test_log_likelihoods_equal_a_straight_computation(model, queries):
    tokenizer = transformers.AutoTokenizer.from_pretrained(model)
    bare = transformers.AutoModelForCausalLM.from_pretrained(model)
    asked = sorted((q for q in queries if q.options), key=lambda q: len(q.messages[-1]["content"]))[:4]
    backend = chat.load(f"hf:{model}", Settings(likelihood=True, batch=3))
    for query, answer in zip(
        asked, sorted(backend.answer(asked), key=lambda a: [q.name[0] for q in asked].index(a.id))
    ):
        prompt, straight = plain(query.messages), []
        start = len(tokenizer(prompt)["input_ids"])
        for option in query.options:
            ids = tokenizer(prompt + option, return_tensors="pt")["input_ids"]
            with torch.no_grad():
                logs = bare(ids).logits[0].log_softmax(-1)
            straight.append(sum(float(logs[n - 1, ids[0, n]]) for n in range(start, ids.shape[1])))
        assert answer.scores == pytest.approx(straight, abs=1e-3)
        assert answer.text == query.options[straight.index(max(straight))]


def test_the_chat_template_is_used_where_there_is_one(tmp_path, short):
    backend = chat.load(f"hf:{tiny.make(tmp_path, chat=True)}", Settings(max_tokens=3))
    question = short[0].messages[-1]["content"]
    assert backend._prompt([{"role": "user", "content": question}]) == f"<user>{question}\n<assistant>"


def test_a_question_that_is_too_long_is_told_and_not_cut(tmp_path, short):
    backend = chat.load(f"hf:{tiny.make(tmp_path, room=16)}", Settings(max_tokens=3))
    [answer] = backend.answer(short[:1])
    assert answer.text == ""
    assert "the model sees 16" in answer.fault


def test_an_answer_that_the_room_cuts_off_is_told_as_one(model, short, tmp_path):
    """The model sees no more, long before the most tokens of an answer."""
    [whole] = chat.load(f"hf:{model}", Settings(max_tokens=12)).answer(short[:1])
    [cut] = chat.load(f"hf:{tiny.make(tmp_path, room=whole.read + 3)}", Settings(max_tokens=12)).answer(short[:1])
    assert whole.text.startswith(cut.text)
    assert (cut.written, cut.finish) == (3, "length")


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft asks transformers in its old way
def test_an_adapter_stands_on_top(model, short, tmp_path):
    peft = pytest.importorskip("peft")
    bare = transformers.AutoModelForCausalLM.from_pretrained(model)
    adapted = peft.get_peft_model(
        bare, peft.LoraConfig(target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=False)
    )
    adapted.save_pretrained(tmp_path / "adapter")
    [plainly] = chat.load(f"hf:{model}", Settings(max_tokens=12)).answer(short[:1])
    [on_top] = chat.load(f"hf:{model}", Settings(max_tokens=12, adapter=str(tmp_path / "adapter"))).answer(short[:1])
    assert plainly.text != on_top.text


def test_a_model_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ChatError, match="cannot load the model"):
        chat.load(f"hf:{tmp_path / 'nothing'}")


def test_words_of_the_system_go_to_the_user_where_a_template_knows_no_system():
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    assert without_system(turns) == [{"role": "user", "content": "Be brief.\n\nWhy?"}]
