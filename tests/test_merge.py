"""Models merged into one: equal to what is computed at once, in little memory, and nothing left where it fails."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

from medinstruct.sample import draw  # noqa: E402
from medinstruct.trainer import TrainError, tensors  # noqa: E402
from medinstruct.trainer import merge as room  # noqa: E402
from medinstruct.trainer.merge import merge  # noqa: E402

SHAPES = {"embed.weight": (11, 6), "layer.weight": (6, 6), "norm.weight": (6,), "scale": ()}


def drawn(seed, dtype=torch.float32, shapes=SHAPES):
    lot = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=lot).to(dtype) for name, shape in shapes.items()}


def model(folder, named, shards=1):
    """A folder with tensors in so many files, a configuration and a tokenizer."""
    folder.mkdir(parents=True)
    names, where = sorted(named), {}
    for n in range(shards):
        file = "model.safetensors" if shards == 1 else f"model-{n + 1:05}-of-{shards:05}.safetensors"
        some = names[n::shards]
        where |= dict.fromkeys(some, file)
        safetensors.save_file({name: named[name] for name in some}, folder / file, metadata={"format": "pt"})
    if shards > 1:
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    (folder / "config.json").write_text(json.dumps({"of": folder.name}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "train.json").write_text("{}")
    return folder


def read(folder):
    return {
        name: one for file in sorted(folder.glob("*.safetensors")) for name, one in safetensors.load_file(file).items()
    }


def directly(base, tuned, rate, seed):
    """Drop and rescale, a tensor at a time, as the paper writes it; the lot is a raw number of 64 bits for each number."""
    merged = {}
    for name, ground in base.items():
        total = torch.zeros_like(ground, dtype=torch.float32)
        for n, one in enumerate(tuned):
            raw = np.random.PCG64(draw(seed, "dare", n, name)).random_raw(ground.numel())
            keep = torch.from_numpy(np.asarray(raw) >= math.floor(rate * 2**64)).reshape(ground.shape)
            total += torch.where(keep, (one[name].float() - ground.float()) / (1 - rate), 0.0)
        merged[name] = (ground.float() + total / len(tuned)).to(ground.dtype)
    return merged


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shards", [1, 3])
def test_dare_is_what_is_computed_directly(tmp_path, dtype, shards, monkeypatch):
    """Whatever the shards, and however few numbers are worked on at once."""
    monkeypatch.setattr(room, "AT_ONCE", 13)
    base, one, other = (drawn(seed, dtype) for seed in (1, 2, 3))
    folders = [
        model(tmp_path / name, named, shards) for name, named in (("base", base), ("one", one), ("other", other))
    ]

    merged = merge(folders[1:], base=folders[0], out=tmp_path / "out", mask_rate=0.2, seed=7)

    expected = directly(base, [one, other], 0.2, 7)
    found = read(merged.folder)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) and found[name].dtype == dtype for name in expected)


def test_a_share_is_dropped_and_the_rest_rescaled(tmp_path):
    """Of a difference of one everywhere a fifth is zero, the rest 1 / 0.8, and the mean one."""
    shapes = {"weight": (400, 500)}
    base = model(tmp_path / "base", {"weight": torch.zeros(shapes["weight"])})
    tuned = model(tmp_path / "tuned", {"weight": torch.ones(shapes["weight"])})

    merged = merge([tuned], base=base, out=tmp_path / "out", mask_rate=0.2, seed=1)

    found = read(merged.folder)["weight"]
    assert set(found.unique().tolist()) == {0.0, 1.25}
    assert abs((found == 0).float().mean().item() - 0.2) < 0.005  # five standard deviations of 200,000 draws
    assert merged.facts["dropped"] == int((found == 0).sum())
    assert merged.facts["differing"] == 200_000


def test_the_seed_decides_and_nothing_else(tmp_path):
    base, tuned = model(tmp_path / "base", drawn(1)), model(tmp_path / "tuned", drawn(2), shards=2)
    one, same, other = (
        read(merge([tuned], base=base, out=tmp_path / f"out{n}", seed=seed).folder) for n, seed in enumerate((1, 1, 2))
    )

    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["embed.weight"], other["embed.weight"])


def test_without_dropping_a_model_is_itself(tmp_path):
    base, tuned = model(tmp_path / "base", drawn(1)), model(tmp_path / "tuned", drawn(2))

    merged = merge([tuned], base=base, out=tmp_path / "out", mask_rate=0.0)
    found = read(merged.folder)

    assert all(torch.allclose(found[name], one, atol=1e-6) for name, one in drawn(2).items())
    assert merged.facts["differing"] == sum(int((drawn(2)[name] != one).sum()) for name, one in drawn(1).items())
    assert merged.facts["dropped"] == 0


def test_an_average_is_the_mean(tmp_path):
    folders = [model(tmp_path / str(seed), drawn(seed)) for seed in (1, 2, 3)]

    merged = merge(folders, out=tmp_path / "out", method="average")
    found = read(merged.folder)

    assert "differing" not in merged.facts  # from what?
    assert all(
        torch.allclose(found[name], (drawn(1)[name] + drawn(2)[name] + drawn(3)[name]) / 3, atol=1e-6) for name in found
    )


def test_what_stands_beside_is_the_first_models(tmp_path):
    """Configuration and tokenizer go along, what tells of a training does not; numbers that are no weights stay the base's."""
    whole = {"steps": torch.tensor([3, 4])}
    base, tuned = model(tmp_path / "base", drawn(1) | whole), model(tmp_path / "tuned", drawn(2) | whole)

    out = merge([tuned], base=base, out=tmp_path / "out").folder

    assert {file.name for file in out.iterdir()} == {"model.safetensors", "config.json", "tokenizer.json", "merge.json"}
    assert json.loads((out / "config.json").read_text()) == {"of": "tuned"}
    assert read(out)["steps"].tolist() == [3, 4]


def adapter(folder, base, named, **config):
    folder.mkdir()
    stated = {
        "peft_type": "LORA",
        "r": 2,
        "lora_alpha": 6,
        "bias": "none",
        "base_model_name_or_path": str(base),
        **config,
    }
    (folder / "adapter_config.json").write_text(json.dumps(stated))
    safetensors.save_file(named, folder / "adapter_model.safetensors")
    return folder


def thin(rows=6, columns=6):
    return {
        "base_model.model.layer.lora_A.weight": drawn(4, shapes={"x": (2, columns)})["x"],
        "base_model.model.layer.lora_B.weight": drawn(5, shapes={"x": (rows, 2)})["x"],
    }


def test_an_adapter_is_a_difference(tmp_path):
    """Its product, as many times as alpha is of the rank; what it does not change stays the base's."""
    base, low = model(tmp_path / "base", drawn(1), shards=2), thin()
    tuned = adapter(tmp_path / "adapter", base, low)

    found = read(merge([tuned], base=base, out=tmp_path / "out", mask_rate=0.0).folder)

    high = 3.0 * low["base_model.model.layer.lora_B.weight"] @ low["base_model.model.layer.lora_A.weight"]
    assert torch.allclose(found["layer.weight"], drawn(1)["layer.weight"] + high, atol=1e-6)
    assert torch.equal(found["embed.weight"], drawn(1)["embed.weight"])


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of peft, to transformers
def test_an_adapter_of_peft_merges_as_peft_does(tmp_path):
    """A small model of transformers with an adapter of peft's own."""
    peft, transformers = pytest.importorskip("peft"), pytest.importorskip("transformers")
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2
    )
    transformers.LlamaForCausalLM(config).save_pretrained(tmp_path / "base")
    ground = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    lora = peft.LoraConfig(
        r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM"
    )
    tuned = peft.get_peft_model(ground, lora)
    tuned.save_pretrained(tmp_path / "adapter")

    found = read(merge([tmp_path / "adapter"], base=tmp_path / "base", out=tmp_path / "out", mask_rate=0.0).folder)

    expected = tuned.merge_and_unload().state_dict()
    assert all(torch.allclose(found[name], expected[name], atol=1e-5) for name in found)
    assert any(not torch.equal(found[name], one) for name, one in read(tmp_path / "base").items())


def refused(tmp_path, match, models, **how):
    """Merging is refused in one line, and nothing is left."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TrainError, match=match) as error:
        merge(models, out=tmp_path / "out", **how)
    assert "\n" not in str(error.value)
    assert sorted(tmp_path.iterdir()) == before


def test_models_that_do_not_belong_together_are_refused(tmp_path):
    base = model(tmp_path / "base", drawn(1))
    less = model(tmp_path / "less", {name: one for name, one in drawn(1).items() if name != "norm.weight"})
    wide = model(tmp_path / "wide", drawn(1, shapes={**SHAPES, "embed.weight": (12, 6)}))

    refused(tmp_path, r"less: lacks norm\.weight", [less], base=base)
    refused(tmp_path, r"base: holds norm\.weight, which .*less lacks", [base], base=less)
    refused(tmp_path, r"wide: embed\.weight is 12 by 6, and 11 by 6 in", [wide], base=base)


def test_an_adapter_for_another_base_is_refused(tmp_path):
    base = model(tmp_path / "base", drawn(1))
    other = adapter(tmp_path / "named", "org/other", thin())
    wide = adapter(tmp_path / "wide", base, thin(columns=9))
    unknown = adapter(tmp_path / "unknown", base, {name.replace("layer", "head"): one for name, one in thin().items()})
    special = adapter(tmp_path / "special", base, thin(), use_dora=True)

    refused(tmp_path, "named: is an adapter for org/other, not for .*base", [other], base=base)
    refused(tmp_path, "wide: .*lora_A.weight is 2 by 9, and layer of .*base 6 by 6", [wide], base=base)
    refused(tmp_path, "unknown: changes head, which .*base lacks", [unknown], base=base)
    refused(tmp_path, "special: is an adapter of the kind LORA use_dora", [special], base=base)
    refused(tmp_path, "an adapter needs the model that was tuned", [wide], method="average")


def test_what_is_no_model_is_refused(tmp_path):
    base, empty, cut = model(tmp_path / "base", drawn(1)), tmp_path / "empty", model(tmp_path / "cut", drawn(1))
    empty.mkdir()
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:60])
    astray = model(tmp_path / "astray", drawn(1), shards=2)
    (astray / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "../base/model.safetensors"}}))

    refused(tmp_path, "empty: holds no model in safetensors", [empty], base=base)
    refused(tmp_path, r"cut/model\.safetensors: cannot be read", [cut], base=base)
    refused(tmp_path, "does not say which shard of the folder", [astray], base=base)
    refused(tmp_path, "nowhere: there is no such folder", [tmp_path / "nowhere"], base=base)
    refused(tmp_path, "dare needs the model that was tuned", [base])
    refused(tmp_path, "the mask rate is a share of 0 up to but not 1, not 1", [base], base=base, mask_rate=1.0)


def test_a_name_on_the_hub_is_fetched(tmp_path, monkeypatch):
    """Without pickled weights or code; one that cannot be had is told in a line."""
    hub, asked = pytest.importorskip("huggingface_hub"), []
    base = model(tmp_path / "base", drawn(1))

    def fetch(name, allow_patterns):
        asked.append(allow_patterns)
        if name != "org/base":
            raise OSError("not found\nanywhere")
        return str(base)

    monkeypatch.setattr(hub, "snapshot_download", fetch)

    refused(
        tmp_path, "org/other: is no folder, and cannot be fetched: not found anywhere", ["org/other"], base="org/base"
    )
    assert merge([base], base="org/base", out=tmp_path / "out").facts["differing"] == 0
    assert not [pattern for patterns in asked for pattern in patterns if pattern.endswith((".bin", ".py", ".pt"))]


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    base = model(tmp_path / "base", drawn(1))
    usage = room.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda place: usage._replace(free=100))

    refused(tmp_path, r"out: the merged model takes 0\.0 GB, and 0\.0 GB are free \(make room", [base], base=base)


def test_a_disk_that_fills_up_leaves_nothing(tmp_path, monkeypatch):
    """Another process took the space in the meantime."""
    base = model(tmp_path / "base", drawn(1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "_raw", full)
    refused(tmp_path, "out: cannot be written: No space left on device", [base], base=base)


def test_a_folder_that_is_there_is_not_touched(tmp_path):
    base, out = model(tmp_path / "base", drawn(1)), model(tmp_path / "out", drawn(2))

    with pytest.raises(TrainError, match="out: stands there already"):
        merge([base], base=base, out=out)
    assert torch.equal(read(out)["scale"], drawn(2)["scale"])


def test_the_command_merges(tmp_path):
    base, tuned = model(tmp_path / "base", drawn(1)), model(tmp_path / "tuned", drawn(2))
    command = [
        sys.executable,
        "-m",
        "medinstruct",
        "merge",
        str(tuned),
        "--base",
        str(base),
        "--out",
        str(tmp_path / "out"),
    ]

    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    again = subprocess.run(command, capture_output=True, text=True, check=False)

    assert json.loads(done.stdout)["mask_rate"] == 0.2
    assert again.returncode == 1
    assert again.stderr.startswith("error: ")
    assert again.stderr.count("\n") == 1


@pytest.mark.slow
def test_memory_stays_small(tmp_path):
    """Two models of four shards of 63 MB: little more than a tensor and its lot stands in memory above what torch takes."""
    many = {f"w{n}": (4096, 3840) for n in range(8)}
    for name in ("base", "tuned"):
        model(tmp_path / name, {key: torch.zeros(shape, dtype=torch.bfloat16) for key, shape in many.items()}, shards=4)
    script = (
        "import resource, sys, torch\nfrom medinstruct.trainer.merge import merge\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "torch.zeros(9).bfloat16() + 1\nbefore = peak()\n"
        "merge([sys.argv[2]], base=sys.argv[1], out=sys.argv[3])\nprint(peak() - before)"
    )
    command = [sys.executable, "-c", script, *(str(tmp_path / name) for name in ("base", "tuned", "out"))]

    more = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert more < 400  # megabytes: of two tensors of 31 MB, a lot of 32 MB and what is worked on at once
    assert tensors.Model("out", tmp_path / "out").bytes == 8 * 4096 * 3840 * 2
