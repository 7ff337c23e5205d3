"""A tiny model that has learnt a dozen instructions by heart, and says one of them when it is asked."""

import json
from pathlib import Path

from chat import tiny

PROMPT = "---\nfor: write\n---\nWrite {{ number }}.\n"
KNOWN = [
    ("Name two causes of a high potassium in the blood.", "Kidney failure and some blood pressure medicines."),
    ("What does a stethoscope let a doctor hear?", "The sounds of heart, lungs and bowels."),
    ("Explain in one sentence why insulin is injected.", "In the stomach the enzyme pepsin would digest it."),
    ("Which organ makes bile, and where is it kept?", "The liver makes it and the gallbladder keeps it."),
    ("Give a warning sign of stroke that anybody can see.", "One side of the face hangs down."),
    ("Tell a patient how to take an antibiotic.", "Take it at the same hours until none is left."),
    ("Say what a platelet count below twenty means.", "The patient may bleed without an injury."),
    ("Why should a fever in a newborn be seen at once?", "Sepsis can kill an infant within hours."),
]


def make(folder: Path, *, steps: int = 450) -> Path:
    """Train the model on what it is to say, and write it into a folder."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tiny.make(folder, chat=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Write 1."}], tokenize=False, add_generation_prompt=True
    )
    texts = [
        asked + json.dumps({"instructions": [{"instruction": one, "input": "", "output": other, "category": "other", "topic": "x"}]}) + "</s>"
        for one, other in KNOWN
    ]  # fmt: skip
    rows = tokenizer(texts, padding=True, return_tensors="pt", padding_side="right", add_special_tokens=False)
    labels = rows["input_ids"].masked_fill(rows["attention_mask"] == 0, -100)
    torch.set_num_threads(1)  # more of them wait for each other longer than they compute
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=2048,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    falling = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
    for _ in range(steps):
        loss = model(**{key: rows[key] for key in ("input_ids", "attention_mask")}, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
    model.generation_config.do_sample = (
        True  # transformers' own server takes the best token otherwise, whatever temperature is asked for
    )
    model.save_pretrained(folder)
    assert AutoModelForCausalLM.from_pretrained(folder).config.hidden_size == 128
    return folder
