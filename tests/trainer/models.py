"""Language models of a few thousand random weights and tokenizers trained on the spot, with chat templates in the styles of known families."""

from collections.abc import Iterable
from pathlib import Path

SPECIAL = (
    "<pad>",
    "<s>",
    "</s>",
    "<|im_start|>",
    "<|im_end|>",
    "<|head|>",
    "<|headend|>",
    "<|eot|>",
    "<turn>",
    "</turn>",
)

TEMPLATES = {
    # each turn between marks, an open one to ask (ChatML)
    "chatml": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    # heads between marks, contents trimmed (Llama 3)
    "heads": "<s>{% for m in messages %}<|head|>{{ m.role }}<|headend|>\n\n{{ m.content | trim }}<|eot|>{% endfor %}"
    "{% if add_generation_prompt %}<|head|>assistant<|headend|>\n\n{% endif %}",
    # no open turn; the system's words stand in the first question (Llama 2, Mistral)
    "brackets": "{% set ns = namespace(system='') %}{% for m in messages %}{% if m.role == 'system' %}"
    "{% set ns.system = '<<SYS>>\n' ~ m.content ~ '\n<</SYS>>\n\n' %}{% elif m.role == 'user' %}"
    "<s>[INST] {{ ns.system }}{{ m.content }} [/INST]{% set ns.system = '' %}{% else %} {{ m.content }} </s>{% endif %}{% endfor %}",
    # no system turn, another name for the assistant (Gemma)
    "turns": "<s>{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}"
    "<turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content }}</turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<turn>model\n{% endif %}",
    # plain words that run into the answer, and an end of text (Zephyr, Alpaca)
    "words": "{% for m in messages %}{% if m.role == 'assistant' %}### Answer: {{ m.content }}{{ eos_token }}\n"
    "{% else %}### {{ m.role }}: {{ m.content }}\n{% endif %}{% endfor %}{% if add_generation_prompt %}### Answer: {% endif %}",
}
"""By the style."""
ENDS = {
    "chatml": "<|im_end|>\n</s>",
    "heads": "<|eot|></s>",
    "brackets": " </s>",
    "turns": "</turn>\n</s>",
    "words": "</s>\n",
}
"""What stands behind an answer; `</s>` where the tokenizer does not know the template's own end as one."""
LEADS = {"brackets": " "}
"""What the template puts before an answer that is not there when it asks."""


def tokenizer(texts: Iterable[str], template: str = "", size: int = 600):
    """A byte-level BPE tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(SPECIAL), show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    raw.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        additional_special_tokens=list(SPECIAL[3:]), chat_template=template or None,
    )  # fmt: skip


def write(
    folder: Path,
    texts: Iterable[str],
    *,
    template: str = "",
    hidden: int = 32,
    layers: int = 2,
    size: int = 600,
    seed: int = 7,
    spread: float = 0.02,
) -> Path:
    """Write a model into a folder and return it."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    made = tokenizer(texts, template, size)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(made), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=layers, num_attention_heads=hidden // 16,
        initializer_range=spread,
        max_position_embeddings=2048, pad_token_id=made.pad_token_id, bos_token_id=made.bos_token_id, eos_token_id=made.eos_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    made.save_pretrained(folder)
    return folder


def texts(build) -> list[str]:
    """All that is said in a build."""
    return [message["content"] for split in build for row in build[split] for message in row["messages"]]
