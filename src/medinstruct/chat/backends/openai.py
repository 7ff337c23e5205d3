"""openai: any server that speaks OpenAI's chat completions, asked asynchronously.

What is asked again: 408, 409, 425, 429, 500 and above, connections that are cut or refused, and answers that are none; after as long as the server
says (`Retry-After`), else twice as long each time. What is not: a question that the server takes for a bad one (400, 413, 422), whose fault stands in
place of its answer; and everything else (no key, no such model), which stops the run.

The key comes from an environment variable and goes nowhere but into the request's head. To this machine no proxy is used.
Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import ipaddress
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from medinstruct.chat import backend
from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.ceilings import Ceilings
from medinstruct.chat.query import Asked, ChatError, Prompt, Query
from medinstruct.sample import draw
from medinstruct.tasks.constraint import Constraint

if TYPE_CHECKING:
    import httpx

AGAIN = {408, 409, 425, 429}
"""And whatever is 500 or above."""
BAD_QUESTION = {400, 413, 422}
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds before the second attempt, doubled before each that follows, up to the longest."""
HOLDS = {"response_format", "structured_outputs"}
"""What a request says so that the answer has its form."""
MOST_BAD = 20
"""Questions that are refused before any is answered, after which the run stops."""
LONGEST_TOLD = 600.0
"""Seconds that a server may ask to be left alone."""
NEXT = {401: "is the key in the environment variable that --key-env names?", 403: "the key may not use this model",
        404: "is the model's name right, and does --base-url end in /v1?"}  # fmt: skip


class Backend(backend.Backend):
    """A model behind an address."""

    streams = True

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        try:
            import httpx
        except ImportError as error:
            raise ChatError("openai needs httpx", next="pip install 'medinstruct[eval]'") from error
        if settings.likelihood:
            raise ChatError("a server of this kind tells no likelihoods", next="leave --likelihood out, or use hf:")
        url = httpx.URL(settings.base_url or "https://api.openai.com/v1")
        if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query:
            raise ChatError(
                "--base-url is an address such as http://localhost:8000/v1, without a name, a password or a query in it"
            )
        self.url = str(url).rstrip("/")
        self.is_here = is_this_machine(url.host)
        self.address = "" if self.is_here else url.host
        self.bad = 0
        self.is_stopping = False
        self.ceilings = Ceilings(settings)
        self._constrained = settings.constrained
        self._key = os.environ.get(settings.key_env, "")
        if not self._key and not settings.base_url:
            raise ChatError("there is no key", next=f"set {settings.key_env}, or name another variable with --key-env")

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return self._answers(queries)

    def reply(self, prompts: Iterable[Prompt]) -> Iterator[Answer]:
        return self._answers(prompts)

    def _answers(self, queries: Iterable[Asked]) -> Iterator[Answer]:
        """Requests run in a thread of their own, so that a caller may have a loop of its own (a notebook has)."""
        said: queue.SimpleQueue[Answer | BaseException | None] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        work = loop.create_task(self._all(queries, said))

        def run() -> None:
            try:
                loop.run_until_complete(work)
                said.put(None)
            except BaseException as error:  # handed to the caller, who raises it
                said.put(error)
            finally:
                loop.close()

        thread = threading.Thread(target=run, name="openai", daemon=True)
        thread.start()
        try:
            while (found := said.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                yield found
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed: all is done
                loop.call_soon_threadsafe(work.cancel)
            thread.join()

    async def _all(self, queries: Iterable[Asked], said: queue.SimpleQueue[Answer | BaseException | None]) -> None:
        import httpx

        self.ceilings.begin()
        self.is_stopping = False
        source, waiting = iter(queries), ThreadPoolExecutor(1, "prompts")
        is_here = isinstance(queries, Sequence)

        async def due() -> Asked | None:
            """The next query; one that is not here yet is waited for in a thread, as others go on."""
            if is_here:
                return next(source, None)
            return await asyncio.get_running_loop().run_in_executor(waiting, next, source, None)

        limits = httpx.Limits(
            max_connections=self.settings.concurrency, max_keepalive_connections=self.settings.concurrency
        )
        head = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        async with httpx.AsyncClient(
            timeout=self.settings.timeout,
            limits=limits,
            headers=head,
            trust_env=not self.is_here,
            follow_redirects=False,
        ) as client:
            busy: set[int] = set()

            async def work(n: int) -> None:
                while (query := await due()) is not None:
                    busy.add(n)
                    answer = await self._one(client, query)
                    self._refuse_to_go_on(answer)
                    said.put(answer)
                    busy.discard(n)

            workers = [asyncio.create_task(work(n)) for n in range(self.settings.concurrency)]
            try:
                await asyncio.gather(*workers)
            except ChatError:  # what is under way is paid for: it may come to its end
                self.is_stopping = True
                for n, worker in enumerate(workers):
                    if n not in busy:
                        worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
                raise
            finally:
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
                waiting.shutdown(wait=False)

    def _refuse_to_go_on(self, answer: Answer) -> None:
        """A server that takes every question for a bad one has been asked in a wrong way."""
        self.bad = self.bad + 1 if answer.fault else -sys.maxsize  # one good answer, and it never stops for this
        if self.bad >= MOST_BAD:
            raise ChatError(f"{self.url} takes each of the first {MOST_BAD} questions for a bad one: {answer.fault}")

    async def _one(self, client: httpx.AsyncClient, query: Asked) -> Answer:
        import httpx

        body, why = self._body(query), ""
        held = body.keys() & HOLDS
        for attempt in range(1, self.settings.attempts + 1):
            told = 0.0
            sent = await self.ceilings.admit(query)
            try:
                response = await client.post(f"{self.url}/chat/completions", json=body)
            except httpx.HTTPError as error:
                self.ceilings.lost(sent)
                why = f"{type(error).__name__}"
            else:
                status = response.status_code
                if status == 200:
                    if (answer := self._answer(query, response, attempt)) is not None:
                        self.ceilings.settle(sent, answer.read, answer.written)
                        self._constrained = self._constrained and held <= body.keys()
                        return answer
                    self.ceilings.lost(sent)
                    why = "an answer that is none"
                else:
                    self.ceilings.unbilled(sent)
                    why, told = f"{status}", _retry_after(response.headers.get("retry-after", ""))
                    if status in BAD_QUESTION and held & body.keys() and not self.settings.insist:
                        body = {key: value for key, value in body.items() if key not in HOLDS}  # in words alone
                        continue
                    if status in BAD_QUESTION:
                        return Answer.to(query, "", fault=f"{status}: {self._quoted(response)}", attempts=attempt)
                    if status not in AGAIN and status < 500:
                        raise ChatError(
                            f"{self.url} answers {status}: {self._quoted(response)}", next=NEXT.get(status, "")
                        )
            if told > LONGEST_TOLD:
                raise ChatError(
                    f"{self.url} wants to be left alone for {told:,.0f} seconds",
                    next="go on later: answers so far are kept",
                )
            if self.is_stopping:
                break
            if attempt < self.settings.attempts:
                await asyncio.sleep(max(told, self._wait(query, attempt)))
        raise ChatError(f"{self.url} gives no answer after {attempt} attempts; the last: {why}",
                        next="go on later with the same command: answers so far are kept")  # fmt: skip

    def _body(self, query: Asked) -> dict[str, Any]:
        own = query if isinstance(query, Prompt) else None
        body: dict[str, Any] = {
            "model": (own and own.model) or self.name, "messages": [dict(message) for message in query.messages],
            "temperature": self.settings.temperature, "seed": self.settings.seed + (own.draw if own else 0),
        }  # fmt: skip
        if self._constrained:
            body |= _held_to(query.constraint)
        # OpenAI's own newer models take the second name alone, most other servers know the first
        return body | {"max_tokens" if self.settings.base_url else "max_completion_tokens": self.settings.max_tokens}

    def _answer(self, query: Asked, response: httpx.Response, attempt: int) -> Answer | None:
        """The answer of a response; None where there is none in it."""
        try:
            found = response.json()
            choice = found["choices"][0]
            text = choice["message"]["content"] or choice["message"].get("refusal") or ""
        except (ValueError, LookupError, TypeError, AttributeError):
            return None
        if not isinstance(text, str):
            return None
        usage = found.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        finish = "length" if choice.get("finish_reason") == "length" else ""
        return Answer.to(
            query,
            text,
            read=_count(usage, "prompt_tokens"),
            written=_count(usage, "completion_tokens"),
            finish=finish,
            attempts=attempt,
        )

    def _quoted(self, response: httpx.Response) -> str:
        """What a server says went wrong, without the key if it repeats it."""
        text = response.text.replace(self._key, "***") if self._key else response.text
        return " ".join(text[:2_000].split())[:200]

    def _wait(self, query: Asked, attempt: int) -> float:
        """Twice as long each time, and up to half as long again by lot, so that requests do not come back all at once."""
        longest = min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT)
        return longest * (1 + draw(query.name[0], attempt) % 1000 / 2000)


def _held_to(constraint: Constraint) -> dict[str, Any]:
    """What a request says so that the answer has its form: OpenAI's word for schemas, vLLM's for expressions."""
    if form := constraint.response_format():
        return {"response_format": form}
    return {"structured_outputs": {"regex": constraint.value}} if constraint.kind == "regex" else {}


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by its very name: `localhost`, or an address of the loopback; names are not looked up."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _retry_after(text: str) -> float:
    """The seconds that a head asks for, as a number or a date; 0 where it asks for nothing that can be read."""
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        at: float = email.utils.parsedate_to_datetime(text).timestamp()
        return max(at - time.time(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
