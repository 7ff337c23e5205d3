"""How good the model is while it is trained: validation rows are answered, read by their parsers and scored as a test part would be."""

from __future__ import annotations

from typing import Any

from medinstruct import chat
from medinstruct.artefact import Build
from medinstruct.chat.backend import Backend
from medinstruct.chat.backends import hf
from medinstruct.evaluator.reading import read
from medinstruct.evaluator.scoring import score
from medinstruct.evaluator.suite import suite
from medinstruct.evaluator.wordings import Asker
from medinstruct.trainer.config import Config

AT_ONCE = 16
"""Questions that a device answers at once."""


class Scores:
    """Asks the validation part of a build."""

    def __init__(self, build: Build, config: Config) -> None:
        """Choose the rows: `eval_rows` of each dataset, the same ones each time."""
        shards = [{**s, "split": "test"} for s in build.manifest["shards"] if s["split"] == "validation"]
        as_test = Build(build.folder, {**build.manifest, "shards": shards})
        self.suite = suite(as_test, config.eval_rows)
        asker = Asker(as_test)
        self.queries = {dataset.name: asker.queries(dataset) for dataset in self.suite.datasets}
        self.settings = chat.Settings(max_tokens=config.max_new_tokens, batch=AT_ONCE, seed=config.seed)

    def of(self, model: Any, tokenizer: Any, accelerator: Any) -> dict[str, Any]:
        """Return `average` and the score of each dataset; every process answers its share of the questions."""
        from accelerate.utils import gather_object

        queries = list({query.name: query for some in self.queries.values() for query in some}.values())
        mine = queries[accelerator.process_index :: accelerator.num_processes]
        was_training = model.training
        model.eval()
        with accelerator.autocast():
            told = list(Live(model, tokenizer, self.settings, accelerator.device).answer(mine))
        model.train(was_training)
        answers = {(answer.id, answer.key): answer for answer in gather_object(told)}
        found = {
            dataset.name: score(dataset, [read(query, answers[query.name]) for query in self.queries[dataset.name]])
            for dataset in self.suite.datasets
        }
        average = self.suite.average({name: one["score"] for name, one in found.items()})["score"]
        keys = ("metric", "score", "low", "high", "rows")
        return {"average": average, "datasets": {name: {key: one[key] for key in keys} for name, one in found.items()}}


class Live(hf.Backend):
    """A model that is in memory already, asked as `hf:` asks one from a folder."""

    def __init__(self, model: Any, tokenizer: Any, settings: chat.Settings, device: Any) -> None:
        import torch

        Backend.__init__(self, "live", settings)
        self.torch, self.model, self.tokenizer, self.device = torch, model, tokenizer, device
        self.room = int(getattr(model.config, "max_position_embeddings", 0) or 0)


def can_score(build: Build, config: Config) -> bool:
    """Whether there is anything to score while training."""
    return config.eval_rows > 0 and "validation" in build and len(build["validation"]) > 0
