"""What a training takes, by formulas that are checked against known models and against counting."""

import pytest

from medinstruct import trainer
from medinstruct.trainer import TrainError, costs, devices, shapes
from medinstruct.trainer.shapes import Shape

torch = pytest.importorskip("torch")


def shape(size, **settings):
    return shapes.measure(shapes.usual(size), trainer.load(None, settings))


@pytest.mark.parametrize(
    ("size", "parameters", "adapter"),
    [("1B", 1_235_814_400, 11_272_192), ("7B", 6_738_415_616, 39_976_960), ("8B", 8_030_261_248, 41_943_040)],
)
def test_sizes_are_those_that_are_published(size, parameters, adapter):
    """Of Llama 3.2 1B, Llama 2 7B and Llama 3 8B, and of LoRA of rank 16 on all their linear layers."""
    assert shape(size, tune="full").parameters == parameters
    assert shape(size, tune="full").trained == parameters
    assert shape(size, rank=16).trained == adapter


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of transformers to peft
def test_operations_are_those_that_pytorch_counts():
    """Of a whole step of a small model: forward, backward, with and without an adapter."""
    import peft
    import transformers
    from torch.utils.flop_counter import FlopCounterMode

    stated = transformers.LlamaConfig(
        hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, vocab_size=100
    )
    length = 50
    for tune in ("full", "lora"):
        config = trainer.load(None, {"tune": tune, "rank": 4})
        model = transformers.AutoModelForCausalLM.from_config(stated, attn_implementation="eager")
        if tune == "lora":
            model = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
            model.enable_input_require_grads()  # as with checkpointing: the first layer passes gradients on, too
        ids = torch.arange(length)[None]
        with FlopCounterMode(display=False) as counted:
            model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        # eager attention computes all pairs and not only those that attend, and projects every token
        ours = shapes.operations(shapes.measure(stated, config), tune, length, length, length * length)
        assert counted.get_total_flops() == pytest.approx(ours, rel=0.01), tune


def test_only_what_is_written_and_attended_counts():
    one = Shape(parameters=0, trained=0, linear=1000, head=10, layers=2, hidden=4, inner=8, attended=4, is_dense=True)
    assert shapes.operations(one, "full", 10, 3, 55) == 3 * (2 * 1000 * 10 + 4 * 2 * 4 * 55 + 2 * 10 * 3)
    assert shapes.operations(one, "lora", 10, 3, 55) == 2 * 2 * 1000 * 10 + 3 * 4 * 2 * 4 * 55 + 2 * 2 * 10 * 3


def test_a_7b_model_needs_what_people_find_it_needs():
    """All weights do not fit on 80 GB with float32 moments; LoRA fits on 24 GB, QLoRA on 16."""
    full = trainer.load("full", {"precision": "bf16"})
    assert costs.memory(shape("7B", tune="full"), full, costs.at_once(full, 2048)) > 80e9
    for config, most in (("lora", 24e9), ("qlora", 16e9)):
        how = trainer.load(config)
        assert costs.memory(shape("7B", rank=how.rank), how, costs.at_once(how, 2048)) < most


def test_more_gpus_take_fewer_steps_and_hours(build, model):
    foretold = {n: trainer.estimate(build, model=str(model), size="7B", gpu="h100", gpus=n) for n in (1, 2)}
    assert foretold[1].tokens == foretold[2].tokens
    assert foretold[2].hours == pytest.approx(foretold[1].hours / 2, rel=0.3)
    assert foretold[1].sequences * 2048 * foretold[1].filled == pytest.approx(foretold[1].tokens)
    assert foretold[1].fits
    assert foretold[1].stated()["fits"] is True


def test_what_is_not_in_the_tables_is_told(build, model):
    with pytest.raises(TrainError, match=r"no GPU 'h10' \(did you mean h100"):
        trainer.estimate(build, model=str(model), gpu="h10")
    with pytest.raises(TrainError, match=r"no size '7G'"):
        trainer.estimate(build, model=str(model), size="7G")


def test_a_driver_s_name_leads_to_the_data_sheet():
    assert devices.here("NVIDIA H200") == devices.DEVICES["h200"]
    assert devices.here("NVIDIA A100-SXM4-80GB") == devices.DEVICES["a100-80"]
    assert devices.here("NVIDIA A100-SXM4-40GB") == devices.DEVICES["a100-40"]
    assert devices.here("NVIDIA H100 80GB HBM3") == devices.DEVICES["h100"]
    assert devices.here("NVIDIA H100 PCIe") == devices.DEVICES["h100-pcie"]
    assert devices.here("NVIDIA L4") == devices.DEVICES["l4"]
    assert devices.here("NVIDIA GeForce RTX 3090") == devices.DEVICES["rtx3090"]
    assert devices.here("Tesla V100-SXM2-32GB") == devices.DEVICES["v100"]


@pytest.mark.parametrize("name", [
    "Voodoo 2", "NVIDIA L40", "NVIDIA H100 NVL", "NVIDIA H200 NVL", "NVIDIA GeForce RTX 3090 Ti", "NVIDIA GeForce RTX 4090 Laptop GPU",
    "Tesla V100-PCIE-32GB",
])  # fmt: skip
def test_a_device_of_a_name_like_it_is_another(name):
    """Each is slower or faster than the one whose name it resembles."""
    assert devices.here(name) is None
