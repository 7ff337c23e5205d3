"""hf: a causal language model by transformers, from a folder or the Hub; in bfloat16 on a GPU, else in float32 on the CPU.

Questions go longest first, so that what does not fit shows at once, padded on the left. Where the tokenizer has a chat template
the turns go through it; else they stand one below the other (`plain`). Nothing is sampled unless a temperature is asked for.
Weights are read from safetensors alone, and no code of a model's repository is run.

With `likelihood` a single choice is answered with the option that has the highest sum of log-probabilities behind the question,
each option as the answer format writes it. Tokens are those of question and option together, as the model would see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from medinstruct.chat import backend
from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.query import Asked, ChatError, Prompt, Query


class Backend(backend.Backend):
    """A model in this process."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        try:
            import torch
            import transformers
        except ImportError as error:
            raise ChatError(f"hf needs {error.name}", next="pip install 'medinstruct[eval]'") from error
        self.torch = torch
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        dtype = torch.bfloat16 if self.device == "cuda" else torch.float32
        try:
            self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name, padding_side="left")
            model: Any = transformers.AutoModelForCausalLM.from_pretrained(name, dtype=dtype, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise ChatError(f"cannot load the model {name!r}: {' '.join(str(error).split())[:300]}") from error
        if settings.adapter:
            model = _adapted(model, settings.adapter)
        self.model: Any = model.to(self.device).eval()
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token or self.tokenizer.unk_token
        self.room = int(getattr(self.model.config, "max_position_embeddings", 0) or 0)
        torch.manual_seed(settings.seed)

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return self._answers(queries)

    def reply(self, prompts: Iterable[Prompt]) -> Iterator[Answer]:
        return self._answers(list(prompts))

    def _answers(self, queries: Sequence[Asked]) -> Iterator[Answer]:
        chosen = [query for query in queries if self.settings.likelihood and query.options]
        for query in sorted(chosen, key=lambda query: -sum(len(m["content"]) for m in query.messages)):
            yield self._choose(query)
        names = {query.name for query in chosen}
        waiting: list[tuple[list[int], Asked]] = []
        for query in queries:
            if query.name in names:
                continue
            tokens = self._tokens(self._prompt(query.messages))
            if self.room and len(tokens) + 1 > self.room:
                yield Answer.to(query, "", fault=f"{len(tokens):,} tokens, and the model sees {self.room:,}")
            else:
                waiting.append((tokens, query))
        waiting.sort(key=lambda item: -len(item[0]))
        for at in range(0, len(waiting), self.settings.batch):
            yield from self._generate(waiting[at : at + self.settings.batch])

    def _generate(self, some: Sequence[tuple[list[int], Asked]]) -> Iterator[Answer]:
        """Answer a batch; where the GPU's memory does not hold it, one half after the other."""
        torch = self.torch
        try:
            written = self._continue([tokens for tokens, _ in some])
        except torch.cuda.OutOfMemoryError as error:
            if len(some) == 1:
                raise ChatError(
                    f"a question of {len(some[0][0]):,} tokens does not fit into the GPU's memory"
                ) from error
            torch.cuda.empty_cache()
            half = len(some) // 2
            yield from self._generate(some[:half])
            yield from self._generate(some[half:])
            return
        for (tokens, query), (ids, is_cut) in zip(some, written):
            text = self.tokenizer.decode(ids, skip_special_tokens=True)
            yield Answer.to(query, text, read=len(tokens), written=len(ids), finish="length" if is_cut else "")

    def _continue(self, prompts: Sequence[list[int]]) -> list[tuple[list[int], bool]]:
        """The tokens that the model writes behind each prompt, up to the one that ends them, and whether none does."""
        torch, longest = self.torch, max(map(len, prompts))
        pad, ends = self.tokenizer.pad_token_id, self._ends()
        ids = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts], device=self.device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts], device=self.device)
        most = min(self.settings.max_tokens, self.room - longest) if self.room else self.settings.max_tokens
        sampled = (
            {"do_sample": True, "temperature": self.settings.temperature}
            if self.settings.temperature
            else {"do_sample": False}
        )
        with torch.inference_mode():
            out = self.model.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=most, pad_token_id=pad, **sampled
            )
        rows: list[list[int]] = out[:, longest:].tolist()
        places = [next((n for n, token in enumerate(row) if token in ends), None) for row in rows]
        return [(row[:end], end is None) for row, end in zip(rows, places)]

    def _ends(self) -> set[int]:
        stated = self.model.generation_config.eos_token_id
        return {self.tokenizer.eos_token_id, *(stated if isinstance(stated, list) else [stated])} - {None}

    def _choose(self, query: Asked) -> Answer:
        prompt = self._prompt(query.messages)
        asked = self._tokens(prompt)
        options = [self._tokens(prompt + option) for option in query.options]
        longest = max(map(len, options))
        if self.room and longest > self.room:
            return Answer.to(query, "", fault=f"{longest:,} tokens, and the model sees {self.room:,}")
        scores = [score for at in range(0, len(options), self.settings.batch)
                  for score in self._likelihoods(len(asked), options[at : at + self.settings.batch])]  # fmt: skip
        best = max(range(len(scores)), key=lambda n: scores[n])  # the first of equals
        return Answer.to(query, query.options[best], read=len(asked), written=0, scores=tuple(scores))

    def _likelihoods(self, asked: int, wholes: Sequence[list[int]]) -> list[float]:
        """Sum of the log-probabilities of the tokens of each whole behind the first `asked`."""
        torch, longest = self.torch, max(map(len, wholes))
        pad = self.tokenizer.pad_token_id
        ids = torch.tensor([whole + [pad] * (longest - len(whole)) for whole in wholes], device=self.device)
        mask = torch.tensor([[1] * len(w) + [0] * (longest - len(w)) for w in wholes], device=self.device)
        with torch.inference_mode():
            logits = self.model(input_ids=ids, attention_mask=mask).logits[:, asked - 1 : -1].float()
        found = logits.log_softmax(-1).gather(-1, ids[:, asked:, None])[..., 0] * mask[:, asked:]
        scores: list[float] = found.double().sum(-1).tolist()
        return scores

    def _prompt(self, messages: Sequence[Mapping[str, str]]) -> str:
        if not self.tokenizer.chat_template:
            return plain(messages)
        import jinja2

        try:
            return self._templated(messages)
        except jinja2.TemplateError:  # a template that knows no system turn refuses it
            return self._templated(without_system(messages))

    def _templated(self, messages: Sequence[Mapping[str, str]]) -> str:
        turns = [dict(message) for message in messages]
        prompt: str = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        return prompt

    def _tokens(self, prompt: str) -> list[int]:
        return tokens(self.tokenizer, [prompt])[0]


def tokens(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    """The ids of texts: a chat template writes its own special tokens; a plain text gets those of the tokenizer, but for an end."""
    is_plain = not tokenizer.chat_template
    found: list[list[int]] = tokenizer(texts, add_special_tokens=is_plain)["input_ids"]
    end = tokenizer.eos_token_id
    return [ids[:-1] if is_plain and len(ids) > 1 and ids[-1] == end else ids for ids in found]


def plain(messages: Sequence[Mapping[str, str]]) -> str:
    """The turns one below the other, an empty line behind each: what a model without a chat template sees."""
    return "".join(f"{message['content']}\n\n" for message in messages)


def without_system(messages: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The turns, the system's words at the head of the first user's."""
    said = [message["content"] for message in messages if message["role"] == "system"]
    first, *others = [message for message in messages if message["role"] != "system"]
    return [{"role": first["role"], "content": "\n\n".join([*said, first["content"]])}, *others]


def _adapted(model: Any, adapter: str) -> Any:
    try:
        import peft
    except ImportError as error:
        raise ChatError("an adapter needs peft", next="pip install 'medinstruct[eval]'") from error
    try:
        return peft.PeftModel.from_pretrained(model, adapter)
    except (OSError, ValueError, RuntimeError) as error:  # the last: tensors of other sizes, of another base
        raise ChatError(f"cannot load the adapter {adapter!r}: {' '.join(str(error).split())[:300]}") from error
