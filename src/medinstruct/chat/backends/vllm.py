"""vllm: a causal language model by vLLM in this process, for whom a GPU and many questions wait.

The same turns and settings as `hf`; where the tokenizer has no chat template, `hf.plain`. To ask a vLLM server, use `openai:` with --base-url.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from medinstruct.chat import backend
from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.backends.hf import plain
from medinstruct.chat.query import Asked, ChatError, Prompt, Query

AT_ONCE = 1024
"""Questions after which answers are handed on; vLLM makes its own batches of them."""


class Backend(backend.Backend):
    """A model in this process."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        try:
            import vllm
        except ImportError as error:
            raise ChatError(f"vllm: is not installed ({error.name})", next="pip install vllm, or use hf:") from error
        if settings.likelihood:
            raise ChatError("vllm: answers by generating", next="leave --likelihood out, or use hf:")
        self.model: Any = vllm.LLM(model=name, enable_lora=bool(settings.adapter), seed=settings.seed)
        self.params: Any = vllm.SamplingParams
        self.options: dict[str, Any] = {}
        if settings.adapter:
            from vllm.lora.request import LoRARequest

            self.options["lora_request"] = LoRARequest("adapter", 1, settings.adapter)

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return self._answers(queries)

    def reply(self, prompts: Iterable[Prompt]) -> Iterator[Answer]:
        return self._answers(list(prompts))

    def _answers(self, queries: Sequence[Asked]) -> Iterator[Answer]:
        for at in range(0, len(queries), AT_ONCE):
            some = queries[at : at + AT_ONCE]
            for query, out in zip(some, self._ask(some)):
                said = out.outputs[0]
                finish = "length" if said.finish_reason == "length" else ""
                yield Answer.to(
                    query, said.text, read=len(out.prompt_token_ids), written=len(said.token_ids), finish=finish
                )

    def _ask(self, some: Sequence[Asked]) -> Sequence[Any]:
        sampling = [self._sampling(query) for query in some]
        if self.model.get_tokenizer().chat_template:
            turns = [[dict(message) for message in query.messages] for query in some]
            found: Sequence[Any] = self.model.chat(turns, sampling, **self.options)
        else:
            found = self.model.generate([plain(query.messages) for query in some], sampling, **self.options)
        return found

    def _sampling(self, query: Asked) -> Any:
        how, draw = self.settings, query.draw if isinstance(query, Prompt) else 0
        return self.params(temperature=how.temperature, max_tokens=how.max_tokens, seed=how.seed + draw)
