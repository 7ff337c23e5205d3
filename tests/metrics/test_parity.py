"""Scores equal those of the libraries that the field takes its numbers from, on random rows, to 1e-9."""

import random

import numpy as np
import pytest
from chance import EXACT, FEW_AND_MANY, choice_case, disjoint, span_case
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF
from scipy import stats
from seqeval import metrics as seqeval
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, IOE1, IOE2
from sklearn import metrics as sklearn

from medinstruct.tasks import load
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction.tags import SCHEMES, stretches
from medinstruct.tasks.task import Case
from medinstruct.tasks.text_generation import TextGold, TextQuestion

SPANS, CHOICES, NUMBERS, TEXTS = (
    load(name).scores for name in ("span_extraction", "multiple_choice", "similarity", "text_generation")
)
LETTERS = {"": "IOBES", "IOB1": "IOB", "IOB2": "IOB", "IOE1": "IOE", "IOE2": "IOE", "IOBES": "IOBES", "BILOU": "BILOU"}
THEIRS = {"IOB1": IOB1, "IOB2": IOB2, "IOE1": IOE1, "IOE2": IOE2, "IOBES": IOBES, "BILOU": BILOU}
SEQEVAL = (seqeval.precision_score, seqeval.recall_score, seqeval.f1_score)

pytestmark = pytest.mark.filterwarnings("ignore")


def tagged(rng, letters, length):
    return [letter if letter == "O" else f"{letter}-{rng.choice('ABC')}" for letter in rng.choices(letters, k=length)]


@FEW_AND_MANY
@pytest.mark.parametrize("scheme", ["", *SCHEMES])
def test_spans_of_tags_score_as_by_seqeval(scheme, cases):
    """Default mode (no scheme) and strict mode of every scheme, micro and macro, precision and recall."""
    rng = random.Random(f"seqeval {scheme}")
    how = {"mode": "strict", "scheme": THEIRS[scheme]} if scheme else {}
    for _ in range(cases):
        gold, said = [], []
        for length in rng.choices(range(1, 9), k=rng.randint(1, 3)):
            gold.append(tagged(rng, LETTERS[scheme], length))
            said.append(
                [new if rng.random() < 0.3 else old for old, new in zip(gold[-1], tagged(rng, LETTERS[scheme], length))]
            )
        rows = [span_case(stretches(g, scheme), stretches(s, scheme), len(g)) for g, s in zip(gold, said)]
        if not any(row.gold.spans or row.prediction for row in rows):
            continue  # 1.0 here, 0.0 there
        for name, average in (("f1", "micro"), ("macro_f1", "macro")):
            theirs = [score(gold, said, average=average, zero_division=0, **how) for score in SEQEVAL]
            table = SPANS[name].table(rows)
            ours = table.parts()
            assert [ours["precision"], ours["recall"], table.score()] == pytest.approx(theirs, abs=EXACT)


STRATEGIES = {
    "f1": StrictEvaluation,
    "boundary_f1": ExactEvaluation,
    "type_f1": EntityTypeEvaluation,
    "partial_f1": PartialEvaluation,
}


@FEW_AND_MANY
@pytest.mark.parametrize("name", STRATEGIES)
def test_spans_score_as_by_nervaluate(name, cases):
    """All four of its schemas, on spans that stand in order and do not overlap on either side."""
    rng = random.Random(f"nervaluate {name}")
    for _ in range(cases):
        length = rng.randint(1, 14)
        gold, said = disjoint(rng, length), disjoint(rng, length)
        if rng.random() < 0.5:
            said = [span for span in said if not any(a < span[2] and span[1] < b for _, a, b in gold)] + gold[
                : rng.randint(0, 3)
            ]
            said.sort(key=lambda span: span[1])
        if not gold and not said:
            continue
        # of one more word for each: at least one per cent of a span is shared wherever they overlap
        theirs, _ = STRATEGIES[name]().evaluate(
            *([Entity(k, a, b - 1) for k, a, b in side] for side in (gold, said)), tags=["A", "B", "C"]
        )
        table = SPANS[name].table([span_case(gold, said, length)])
        ours = table.parts()
        assert ours["precision"] == pytest.approx(theirs.precision if said else 0.0, abs=EXACT)
        assert ours["recall"] == pytest.approx(theirs.recall if gold else 0.0, abs=EXACT)
        assert table.score() == pytest.approx(theirs.f1, abs=EXACT)


@FEW_AND_MANY
def test_choices_score_as_by_scikit_learn(cases):
    """One option right: accuracy, Matthews' correlation, micro and macro precision, recall and F1."""
    rng = random.Random("scikit-learn")
    options = "abcd"
    for _ in range(cases):
        rows = rng.randint(2, 12)
        gold, said = ([rng.randrange(rng.randint(1, 4)) for _ in range(rows)] for _ in range(2))
        found = []
        for g, s in zip(gold, said):  # the order of a row's options plays no part
            order = rng.sample(range(4), 4)
            found.append(choice_case([options[n] for n in order], [order.index(g)], [order.index(s)]))
        assert CHOICES["accuracy"](found) == pytest.approx(sklearn.accuracy_score(gold, said), abs=EXACT)
        if gold != said:
            assert CHOICES["mcc"](found) == pytest.approx(sklearn.matthews_corrcoef(gold, said), abs=EXACT)
        for average in ("micro", "macro"):
            theirs = sklearn.precision_recall_fscore_support(gold, said, average=average, zero_division=0)
            table = CHOICES[f"{average}_f1"].table(found)
            assert [*table.parts().values(), table.score()] == pytest.approx(theirs[:3], abs=EXACT)


@FEW_AND_MANY
def test_choices_of_several_score_as_by_scikit_learn(cases):
    """Any number of options right: micro and macro over the options that are due or chosen, share of rows all right."""
    rng = random.Random("scikit-learn, several")
    for _ in range(cases):
        shape = (rng.randint(1, 8), 4)
        gold, said = (
            np.array([[rng.random() < 0.4 for _ in range(4)] for _ in range(shape[0])], int) for _ in range(2)
        )
        playing = np.flatnonzero(gold.any(axis=0) | said.any(axis=0))
        if not len(playing):
            continue
        found = [
            choice_case("abcd", np.flatnonzero(g).tolist(), np.flatnonzero(s).tolist(), True)
            for g, s in zip(gold, said)
        ]
        assert CHOICES["accuracy"](found) == pytest.approx(sklearn.accuracy_score(gold, said), abs=EXACT)
        for average in ("micro", "macro"):
            theirs = sklearn.precision_recall_fscore_support(
                gold, said, labels=playing, average=average, zero_division=0
            )
            table = CHOICES[f"{average}_f1"].table(found)
            assert [*table.parts().values(), table.score()] == pytest.approx(theirs[:3], abs=EXACT)


@FEW_AND_MANY
def test_numbers_correlate_as_by_scipy(cases):
    """Pearson and Spearman, with ties."""
    rng = random.Random("scipy")
    for _ in range(cases):
        rows, steps = rng.randint(3, 30), rng.choice([3, 10, 1000])
        gold, said = ([rng.randrange(steps) / 2 for _ in range(rows)] for _ in range(2))
        if len(set(gold)) < 2 or len(set(said)) < 2 or gold == said:
            continue
        question = SimilarityQuestion(texts={}, low=0, high=1000)
        found = [Case(question, SimilarityGold(score=g), (s,)) for g, s in zip(gold, said)]
        assert NUMBERS["pearson"](found) == pytest.approx(stats.pearsonr(said, gold).statistic, abs=EXACT)
        assert NUMBERS["spearman"](found) == pytest.approx(stats.spearmanr(said, gold).statistic, abs=EXACT)


PIECES = [
    "the",
    "The",
    "knee",
    "IL-2",
    "2.5",
    "mg/kg",
    ",",
    ".",
    "(a)",
    "5-fold",
    "&lt;",
    "x_y",
    "pain.",
    '"no"',
    "é",
    "co-\n",
    "a\nb",
    "10-20",
    "~",
    "A,B",
]


def written(rng, least=1):
    return " ".join(rng.choices(PIECES, k=rng.randint(least, 9)))


def text_cases(rng, least=1):
    rows = []
    for _ in range(rng.randint(1, 4)):
        references = tuple(written(rng, least) for _ in range(2))
        said = " ".join(w if rng.random() < 0.7 else rng.choice(PIECES) for w in rng.choice(references).split(" "))
        rows.append(Case(TextQuestion(), TextGold(references=references), (said,)))
    return rows


@FEW_AND_MANY
def test_texts_score_as_by_sacrebleu(cases):
    """BLEU on its `13a` words with `effective_order`, and chrF2, of a corpus with two references."""
    rng = random.Random("sacrebleu")
    theirs_bleu, theirs_chrf = BLEU(effective_order=True), CHRF()
    for _ in range(cases):
        rows = text_cases(rng)
        said = [row.prediction[0] for row in rows]
        references = [[row.gold.references[n] for row in rows] for n in range(2)]
        assert TEXTS["bleu"](rows) == pytest.approx(theirs_bleu.corpus_score(said, references).score / 100, abs=EXACT)
        assert TEXTS["chrf"](rows) == pytest.approx(theirs_chrf.corpus_score(said, references).score / 100, abs=EXACT)


class OurWords:
    def tokenize(self, text):
        from medinstruct.tasks.text_generation.scores import WORD

        return WORD.findall(text.casefold())


@FEW_AND_MANY
def test_texts_score_as_by_rouge_score(cases):
    """ROUGE-1, 2 and L without stemming, on our words; texts of at least two words."""
    rng = random.Random("rouge")
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=OurWords())
    for _ in range(cases):
        rows = [
            row
            for row in text_cases(rng, 3)
            if all(len(OurWords().tokenize(t)) > 1 for t in (*row.prediction, *row.gold.references))
        ]
        if not rows:
            continue
        found = [scorer.score_multi(row.gold.references, row.prediction[0]) for row in rows]
        for name, theirs in (("rouge_1", "rouge1"), ("rouge_2", "rouge2"), ("rouge_l", "rougeL")):
            mean = sum(score[theirs].fmeasure for score in found) / len(found)
            assert TEXTS[name](rows) == pytest.approx(mean, abs=EXACT)


def test_plain_text_has_the_words_of_rouge_score():
    """Of lower and upper case letters and digits both cut alike."""
    row = Case(TextQuestion(), TextGold(references=("Left knee pain, 3 days.",)), ("Knee pain for 3 days",))

    theirs = RougeScorer(["rougeL"]).score("Left knee pain, 3 days.", "Knee pain for 3 days")

    assert TEXTS["rouge_l"]([row]) == pytest.approx(theirs["rougeL"].fmeasure, abs=EXACT)
