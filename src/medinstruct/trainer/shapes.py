"""How large a model is, and what one step of it takes, counted from its shape without reading its weights.

Of a row of l tokens, of which the last w are written, the forward pass takes

    layers   2 · weights of the linear layers · l
    scores   4 · layers · width of all heads · l (l + 1) / 2      each token attends to those before it in its own row
    head     2 · hidden · vocabulary · w                          only what is written is projected

operations. The backward pass takes twice as many where all weights are trained (their gradients, and those of what came in). Under an
adapter the weights are not trained: their gradients are not computed and not counted, so layers and head take twice the forward
pass in all, not three times, the scores three times, and the adapter's own weights 6 operations a token. What is computed again to
save memory is not counted either. This is model FLOP utilisation as in Chowdhery et al. 2022 (arXiv 2204.02311, appendix B), with
attention counted causally and row by row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from medinstruct.errors import did_you_mean
from medinstruct.quiet import quiet
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError

SIZES: dict[str, dict[str, Any]] = {
    "1b": {"hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 8192,
           "vocab_size": 128_256, "tie_word_embeddings": True},
    "7b": {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "intermediate_size": 11_008,
           "vocab_size": 32_000, "tie_word_embeddings": False},
    "8b": {"hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14_336,
           "vocab_size": 128_256, "tie_word_embeddings": False},
    "13b": {"hidden_size": 5120, "num_hidden_layers": 40, "num_attention_heads": 40, "num_key_value_heads": 40, "intermediate_size": 13_824,
            "vocab_size": 32_000, "tie_word_embeddings": False},
    "70b": {"hidden_size": 8192, "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 28_672,
            "vocab_size": 128_256, "tie_word_embeddings": False},
}  # fmt: skip
"""Shapes of Llama 3.2 1B, Llama 2 7B and 13B, Llama 3 8B and 70B."""


class Shape(NamedTuple):
    """What of a model's shape memory and arithmetic depend on."""

    parameters: int
    trained: int
    """All of them, or those of the adapter."""
    linear: int
    """Weights of linear layers but the last one: each takes part once in each token."""
    head: int
    """Weights of the last layer."""
    layers: int
    hidden: int
    inner: int
    """Width of the feed-forward layers."""
    attended: int
    """Width of all heads together."""
    is_dense: bool
    """Whether every weight takes part in every token; of a mixture of experts operations are not counted."""


def usual(size: str) -> Any:
    """Return transformers' config of a usual size such as `7B`.

    Raises:
        TrainError: naming those there are.
    """
    import transformers

    if size.lower() not in SIZES:
        raise TrainError(f"no size {size!r}", next=did_you_mean(size.lower(), SIZES))
    return transformers.LlamaConfig(**SIZES[size.lower()])


@quiet()
def measure(stated: Any, config: Config) -> Shape:
    """Return the shape of a model by its config alone: it is made without memory, with its adapter if it gets one.

    Raises:
        TrainError: if the adapter's layers are not there.
    """
    import torch
    import transformers

    from medinstruct.trainer import weights

    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(stated)
        last = model.get_output_embeddings()
        head = last.weight.numel() if last is not None else 0
        linear = sum(
            module.weight.numel()
            for module in model.modules()
            if getattr(getattr(module, "weight", None), "ndim", 0) == 2 and not isinstance(module, torch.nn.Embedding) and module is not last
        )  # fmt: skip
        parameters = model.num_parameters()
        is_dense = all(weight.ndim < 3 for weight in model.parameters()) and not getattr(stated, "num_local_experts", 0)
        if config.tune != "full":
            as_lora = config.model_copy(update={"tune": "lora"})
            model = weights.with_adapter(model, stated.name_or_path or "the model", as_lora, "")
        trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    text = stated.get_text_config()
    width = (getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads) * text.num_attention_heads
    return Shape(
        parameters=parameters, trained=trained, linear=linear, head=head, layers=text.num_hidden_layers, hidden=text.hidden_size,
        inner=getattr(text, "intermediate_size", None) or 4 * text.hidden_size, attended=width, is_dense=is_dense,
    )  # fmt: skip


def operations(shape: Shape, tune: str, tokens: float, written: float, pairs: float) -> float:
    """Return the operations of training on so many tokens, see the formula above.

    Args:
        shape: Of the model.
        tune: `full`, or an adapter.
        tokens: Read and written.
        written: Those of answers.
        pairs: Of tokens in a row of which one attends to the other, l (l + 1) / 2 for each row.
    """
    layers, scores, head = (
        2 * shape.linear * tokens,
        4 * shape.layers * shape.attended * pairs,
        2 * shape.head * written,
    )
    if tune == "full":
        return 3 * (layers + scores + head)
    return 2 * layers + 3 * scores + 2 * head + 6 * shape.trained * tokens


def again(shape: Shape, tokens: float, pairs: float) -> float:
    """Return the operations of computing activations a second time: the forward pass of all layers but the last."""
    return 2 * shape.linear * tokens + 4 * shape.layers * shape.attended * pairs
