"""`medinstruct.reward` in TRL's own trainer, as it is: a few steps of GRPO on a CPU with a model of random weights."""

import datasets
import pytest

import medinstruct
from chat import tiny
from medinstruct.scorer.row import NEEDED


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    build = medinstruct.build("quickstart", samples=True, out=tmp_path_factory.mktemp("grpo") / "build")
    kept = [row for row in build["train"] if sum(len(turn["content"]) for turn in row["messages"]) < 900]
    assert {row["type"] for row in kept} >= {"span_extraction", "multiple_choice"}
    return kept[:8]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("chat", [False, True], ids=["texts", "messages"])
def test_trl_trains_with_it(rows, tmp_path, chat):
    """Two steps of four questions, two answers each: every answer gets its own reward, and it is what the log says."""
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    asked = []

    def prompt(row):
        return {"prompt": row["messages"][:-1] if chat else row["messages"][-2]["content"]}

    def seen(**columns):
        found = medinstruct.reward(**columns)
        asked.append((columns, found))
        return found

    folder = tiny.make(tmp_path / "model", chat=chat)
    data = datasets.Dataset.from_list(rows).map(prompt, remove_columns="messages")
    settings = GRPOConfig(
        output_dir=str(tmp_path / "out"), max_steps=2, per_device_train_batch_size=8, num_generations=2, max_completion_length=8,
        use_cpu=True, bf16=False, report_to=[], save_strategy="no", logging_steps=1, disable_tqdm=True, seed=7,
    )  # fmt: skip
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder), processing_class=AutoTokenizer.from_pretrained(folder), args=settings,
        reward_funcs=[medinstruct.reward, seen], train_dataset=data,
    )  # fmt: skip
    assert trainer.train().global_step == 2

    logged = [line for line in trainer.state.log_history if "rewards/reward/mean" in line]
    assert len(logged) == len(asked) == 2
    for line, (columns, found) in zip(logged, asked):
        assert set(NEEDED) <= set(columns)
        answers = [each[-1]["content"] if chat else each for each in columns["completions"]]
        assert len(answers) == len(found) == 8
        assert found == [
            medinstruct.reward({name: columns[name][n] for name in NEEDED}, text) for n, text in enumerate(answers)
        ]
        assert line["rewards/reward/mean"] == pytest.approx(sum(found) / len(found))


def test_the_right_answer_gets_all_of_it_from_the_same_columns(rows):
    columns = {name: [row[name] for row in rows] for name in NEEDED}
    gold = [row["messages"][-1]["content"] for row in rows]
    assert medinstruct.reward(prompts=[""] * len(rows), completions=gold, **columns) == [1.0] * len(rows)
