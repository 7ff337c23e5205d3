r"""What of a row the model has to write: the answer, and whatever the chat template puts behind it to end the turn.

A chat template renders the row without its last turn, as a model sees it that is asked (`prompt`), and with it (`whole`). The one
must begin the other; what is left is the target, and only its tokens are trained:

    <|user|>\nWhich drugs …?</s>\n<|assistant|>\nDrug: naloxone</s>\n
    ╰───────────────── prompt ─────────────────╯╰────── target ─────╯

No marks in the template are needed, so any template will do. Prompts are made as `chat` makes them when the model is asked, so that
both are the same to the token. A row is refused, with the reason, if its target could not be told from the prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jinja2

from medinstruct.chat.backends.hf import plain, tokens, without_system
from medinstruct.trainer.errors import TrainError

Messages = Sequence[Mapping[str, str]]

# why a row is refused
TOO_LONG = "longer than the model is trained on"
CONTROL = "holds a control token of the model"
CHANGED = "the chat template changes the answer"
APART = "the chat template writes the question otherwise once it is answered"
ACROSS = "a token runs across the beginning of the answer"


class Encoded(NamedTuple):
    """A row as tokens; those before `start` are read, the others written."""

    ids: list[int]
    start: int


class Turns:
    """Puts rows as a tokenizer's chat template does; without one, the turns one below the other (`chat`'s `plain`)."""

    def __init__(self, tokenizer: Any, stops: Collection[int]) -> None:
        """Try the chat template on a question.

        Args:
            tokenizer: Of transformers.
            stops: Tokens at which the model stops when it is asked.

        Raises:
            TrainError: if it leaves out the user's turn or the answer, cannot be rendered, or nothing ends an answer.
        """
        self.tokenizer, self.stops = tokenizer, frozenset(stops)
        added = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
        special = sorted(added.union(tokenizer.all_special_tokens) - {""}, key=len, reverse=True)
        self.control = re.compile("|".join(map(re.escape, special))) if special else None
        self.joins_system = bool(tokenizer.chat_template) and self._refuses_system()
        self.ends = self._ends()

    def encode(self, rows: Sequence[Messages], longest: int) -> Iterator[Encoded | str]:
        """Yield each row as tokens, or the reason why it is refused.

        Args:
            rows: Their messages, the answer last.
            longest: Tokens that a row may have.
        """
        prompts = [self.prompt(messages[:-1]) for messages in rows]
        wholes = [self._whole(messages, prompt) for messages, prompt in zip(rows, prompts)]
        asked, told = tokens(self.tokenizer, prompts), tokens(self.tokenizer, wholes)
        for messages, prompt, whole, head, ids in zip(rows, prompts, wholes, asked, told):
            yield self._row(messages, prompt, whole, head, ids, longest)

    def prompt(self, messages: Messages) -> str:
        """What a model reads that is asked."""
        return self._render(messages, True) if self.tokenizer.chat_template else plain(messages)

    def _row(
        self, messages: Messages, prompt: str, whole: str, head: list[int], ids: list[int], longest: int
    ) -> Encoded | str:
        if self.control and any(self.control.search(message["content"]) for message in messages):
            return CONTROL
        if not whole.startswith(prompt):
            return APART
        target = whole[len(prompt) :]
        if not target.strip().startswith(messages[-1]["content"].strip()):
            return CHANGED
        if ids[: len(head)] != head:  # a token joins the end of the prompt and the beginning of the answer
            again = head + self.tokenizer(target, add_special_tokens=False)["input_ids"]
            if self._text(again) != self._text(ids):
                return ACROSS
            ids = again
        ids = ids + self.ends
        return Encoded(ids, len(head)) if len(ids) <= longest else TOO_LONG

    def _whole(self, messages: Messages, prompt: str) -> str:
        return self._render(messages, False) if self.tokenizer.chat_template else prompt + messages[-1]["content"]

    def _render(self, messages: Messages, asks: bool) -> str:
        turns = [dict(message) for message in (without_system(messages) if self.joins_system else messages)]
        text: str = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=asks)
        return text

    def _text(self, ids: list[int]) -> str:
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text

    def _refuses_system(self) -> bool:
        """Whether a template raises at a system turn, as some do; `chat` then puts its words before the user's."""
        self.joins_system = False
        try:
            self._render([{"role": "system", "content": "s"}, *ASKED], True)
        except jinja2.TemplateError:
            return True
        return False

    def _ends(self) -> list[int]:
        """What has to be put behind every row: the tokenizer's end, where the template's end of turn does not stop the model."""
        try:
            prompt, whole = self.prompt(ASKED), self._whole([*ASKED, ANSWER], self.prompt(ASKED))
        except jinja2.TemplateError as error:
            raise TrainError(f"the chat template cannot be rendered: {error}", next=OTHER) from error
        for turn, text, of in (("user's turn", prompt, ASKED[0]), ("answer", whole, ANSWER)):
            if of["content"] not in text:
                raise TrainError(f"the chat template does not write the {turn}", next=OTHER)
        if not whole.startswith(prompt):
            raise TrainError(
                f"{APART}: {whole[:80]!r} does not begin with {prompt[:80]!r}",
                where="chat template", next=OTHER,
            )  # fmt: skip
        behind = whole[len(prompt) :].split(ANSWER["content"], 1)[1]
        if self.tokenizer.chat_template and not self.stops.isdisjoint(tokens(self.tokenizer, [behind])[0]):
            return []
        if self.tokenizer.eos_token_id is None:
            raise TrainError("nothing ends an answer: the tokenizer has no end-of-text token", next=OTHER)
        return [self.tokenizer.eos_token_id]


ASKED = [{"role": "user", "content": "Which question?"}]
ANSWER = {"role": "assistant", "content": "Answer."}
OTHER = "give another by `chat_template` in the config"


def told(template: str, options: Mapping[str, Any]) -> str:
    """A chat template that knows its options, so that whoever asks the trained model asks as it was trained."""
    return "".join(f"{{% set {name} = {json.dumps(value)} %}}" for name, value in sorted(options.items())) + template
