"""What each filter refuses, and what it lets pass."""

import numpy as np
import pytest

from medinstruct import text as prose
from medinstruct.errors import NotFound
from medinstruct.generator import filters, seed
from medinstruct.generator.candidate import Candidate
from medinstruct.generator.filters import (
    Contaminated,
    Copied,
    Language,
    Length,
    Medical,
    Missing,
    Personal,
    Refusal,
    Toxic,
    Unanswerable,
)
from medinstruct.mixture.guard import fingerprint
from medinstruct.mixture.pack import Section
from medinstruct.text.grams import Words

SEEDS = seed.load("bioinstruct")


def made(
    instruction="Name the drug in the note.",
    input="She was given zorbinase for her gout.",
    output="zorbinase",
    category="other",
):
    return Candidate("000001/0", instruction, input, output, category, "", (), "000001")


@pytest.mark.parametrize(
    "candidate, reason",
    [
        (made(), None),
        (made("Name it"), "the instruction is too short"),
        (made("why " * 400), "the instruction is too long"),
        (made(input="cough " * 2_100), "the input is too long"),
        (made(output=" "), "the output is too short"),
        (made(output="pain " * 2_100), "the output is too long"),
        (made(input=""), None),
    ],
)
def test_length(candidate, reason):
    assert Length()(candidate) == reason


@pytest.mark.parametrize(
    "language, candidate, reason",
    [
        ("en", made(), None),
        ("en", made(output="El paciente no tiene fiebre, pero tose por la noche desde hace tres días."), "another language"),
        ("en", made("Nennen Sie die Ursachen der Erkrankung und wie sie behandelt wird."), "another language"),
        ("en", made(input="Le patient a été admis pour une douleur de la poitrine qui dure depuis trois jours."), "another language"),
        ("en", made(output="患者没有发烧，但晚上咳嗽。"), "another script"),
        ("en", made(output="У больного нет температуры."), "another script"),
        ("en", made(input="TNF-α and IL-1β rose; β-lactams and the μ-opioid receptor did not matter."), None),
        ("en", made(input="pH 7.26, PaCO2 27 mmHg, HCO3 12 mmol/L, Na 138, Cl 100 mmol/L"), None),
        ("en", made(output="C, A, D, B"), None),
        ("en", made(input="Status post cholecystectomy; Mycobacterium tuberculosis complex in situ."), None),
        ("es", made(output="The patient has no fever but coughs at night, and this since three days."), "another language"),
        ("de", made("Nennen Sie die Ursachen der Erkrankung.", "Der Patient hat Fieber.", "Eine Infektion"), None),
        ("ru", made("Назови лекарство.", "Больной принимал зорбиназу.", "зорбиназа"), None),
        ("zh", made(), "another script"),
    ],
)  # fmt: skip
def test_language(language, candidate, reason):
    assert Language(language)(candidate) == reason


def test_a_language_that_cannot_be_told_is_refused():
    with pytest.raises(NotFound, match="no language 'xx'"):
        Language("xx")


@pytest.mark.parametrize(
    "candidate, reason",
    [
        (made(output="As an AI language model, I can say that it is gout."), "speaks as an AI"),
        (made(output="It may be gout. I'm just an AI, so ask a doctor."), "speaks as an AI"),
        (made("Tell me, as an AI, what gout is."), "speaks as an AI"),
        (made(output="My knowledge cutoff does not reach that far."), "speaks as an AI"),
        (made(output="I'm sorry, but I can't help with that."), "declines to answer"),
        (made(output="I cannot provide medical advice."), "declines to answer"),
        (made(output="Unfortunately, I am unable to view the X-ray."), "declines to answer"),
        (made(output="Doctor: I'm sorry to hear that. Since when have you been unable to sleep?"), None),
        (made(output="Patient: I can't sleep. Doctor: I will write a prescription."), None),
        (made("Write a leaflet on AI in radiology.", "", "Artificial intelligence helps to read X-rays."), None),
        (made(output="Dear colleague, " + "he is well. " * 40 + "I cannot offer him an earlier date."), None),
    ],
)
def test_refusal(candidate, reason):
    assert Refusal()(candidate) == reason


@pytest.mark.parametrize(
    "candidate, reason",
    [
        (made("Describe the chest X-ray image below."), "points at an image or an address"),
        (made("Look at this photo of a rash and name it."), "points at an image or an address"),
        (made(output="As Figure 2 shows, the tumour shrank."), "points at an image or an address"),
        (made(output="See https://example.org for more."), "points at an image or an address"),
        (made("What does an image of a collapsed lung show?", ""), None),
        (made("Explain how a video capsule endoscopy is done.", ""), None),
        (made(output="Dear [Patient Name], your test was normal."), "holds a blank to be filled in"),
        (made(input="<insert note here>"), "holds a blank to be filled in"),
        (made(input="{{ note }}"), "holds a blank to be filled in"),
        (made(input="RR 0.74 [95% CI 0.63 to 0.88]; p<0.05, n>100"), None),
        (made("Summarise the following discharge note.", ""), "points at a text that is not given"),
        (made("Based on the information given above, what is the diagnosis?", ""), "points at a text that is not given"),
        (made("Read this passage and say whether the drug works:", ""), "points at a text that is not given"),
        (made("Read the following report and answer: is it cancer?", ""), "points at a text that is not given"),
        (made("Summarise the following discharge note."), None),
        (made("Write out this sentence: He has HTN and DM.", ""), None),
        (made("A man of 70 falls, hits his head and forgets words since. Given this history, what do you suspect?", ""), None),
        (made("Correct the following sentence:\nThe pacient coughs.", ""), None),
        (made("List the steps of a hand examination.", ""), None),
    ],
)  # fmt: skip
def test_missing(candidate, reason):
    assert Missing()(candidate) == reason


@pytest.mark.parametrize(
    "candidate, reason",
    [
        (made(output="The note does not mention a drug."), "the input does not tell"),
        (made(output="This cannot be determined from the given text."), "the input does not tell"),
        (made(output="There is not enough information."), "the input does not tell"),
        (made(output="N/A"), "the input does not tell"),
        (made(output="Drug: zorbinase\nDose: not stated"), None),
        (made(output="No adverse effects are mentioned."), None),
        (made(input="", output="The text does not say so."), None),
        (made(output="Aspirin, ibuprofen and naproxen", category="information extraction"), "extracts what is not in the input"),
        (made(output="Drug: Zorbinase", category="information extraction"), None),
        (made(output="Aspirin, ibuprofen and naproxen", category="generation"), None),
    ],
)  # fmt: skip
def test_unanswerable(candidate, reason):
    assert Unanswerable()(candidate) == reason


@pytest.mark.parametrize(
    "candidate, passes",
    [
        (made(), True),
        (made("Which test confirms an overactive thyroid?", "", "TSH"), True),
        (made("Order the steps.", "", "Disinfect your hands, then put on gloves."), True),
        (made("Plan a three-day trip to Lisbon for a family of four.", "", "Day one: the castle. Day two: the tram."), False),
        (made("Write a function that reverses a list.", "", "def reverse(items): return items[::-1]"), False),
        (made("Explain the offside rule.", "", "A player nearer to the goal than the ball is offside."), False),
        (made("What is the weather like in April?", "", "Showers, with some sun."), False),
        (made("How do I treat myself to a good book?", "", "Sit down and read."), False),
    ],
)  # fmt: skip
def test_topic(candidate, passes):
    assert Medical()(candidate) == (None if passes else "not about medicine")


@pytest.mark.parametrize(
    "text, kind",
    [
        ("Call 617-555-0123 at once.", "phone"),
        ("MRN: 0123456", "record number"),
        ("Seen by Dr. Alma Quist.", "name"),
        ("Admitted on March 12, 2014.", "date"),
        ("Write to alma@example.org.", "email"),
        ("Her pulse was 112 and her pressure 94/58.", None),
    ],
)
def test_personal_data(text, kind):
    assert Personal()(made(input=text)) == kind


def test_personal_data_of_some_kinds_may_be_let_pass():
    assert Personal({"phone", "email"})(made(input="Admitted on March 12, 2014.")) is None


@pytest.mark.parametrize(
    "candidate, passes",
    [
        (made(output="You are so stupid."), False),
        (made(input="They should just go die."), False),
        (made("Answer the patient, you asshole."), False),
        (made(output="Thoughts of hurting yourself are an emergency; suicide can be prevented."), True),
        (made(output="The growth of the fetus is retarded; the breast tissue was killed by radiation."), True),
    ],
)
def test_toxic(candidate, passes):
    assert Toxic()(candidate) == (None if passes else "insults or abuses")


def test_words_may_be_added_to_the_toxic_ones():
    assert Toxic(["quackhead"])(made(output="That quackhead again.")) == "insults or abuses"


def test_copies_of_seeds():
    sieve, one = Copied(SEEDS), next(seed for seed in SEEDS if seed.id == "g16")
    words = one.input.split()

    assert sieve(made()) is None
    assert sieve(made(one.instruction.upper())) == "the same text as one of a seed"
    assert sieve(made(output=one.output)) == "the same text as one of a seed"
    assert sieve(made(input="Some say that " + " ".join(words[3:15]) + " as well.")) == "13 words in a row of a seed"
    assert sieve(made(input="Some say that " + " ".join(words[3:14]) + " as well.")) is None


def test_short_texts_are_no_copies():
    """`Yes` and `3. Neisseria meningitidis` are answers to many questions."""
    assert Copied(SEEDS)(made(output="3. Neisseria meningitidis")) is None


TEST_ITEM = "A woman of 31 has had zorbial spots on both shins for six weeks and asks whether quenamide or rest would help her more."


def packed(text):
    words = prose.normalise(text)
    prints = np.array([fingerprint(prose.identity(text))], dtype=np.uint64)
    return Section("made-up", "test", "cc0-1.0", 1, prints, np.unique(Words(words).grams(13)))


def test_contamination():
    sieve = Contaminated([packed(TEST_ITEM)])

    assert sieve(made()) is None
    assert sieve(made(input=f"Note: {TEST_ITEM} Thank you.")) == "13 words in a row of a test item"
    assert sieve(made("Answer.", "", TEST_ITEM.upper())) == "13 words in a row of a test item"
    assert sieve(made(input=" ".join(TEST_ITEM.split()[:12]))) is None


def test_contamination_by_identity():
    short = "Does quenamide help against zorbial spots?"
    assert Contaminated([packed(short)])(made(short.lower())) == "the same text as one of a test item"


def test_the_packs_that_ship_are_looked_up():
    assert Contaminated.of()(made()) is None
    with pytest.raises(NotFound, match="no pack 'blurbb'"):
        Contaminated.of(["blurbb"])


def test_seeds_pass_all_filters_but_those_that_know_them():
    sieves = filters.usual(SEEDS)
    for one in SEEDS:
        candidate = Candidate(one.id, one.instruction, one.input, one.output, one.category, one.topic, (), "")
        refused = {sieve.name: reason for sieve in sieves if (reason := sieve(candidate))}
        assert set(refused) <= {"copies a seed", "similar"}, (one.id, refused)


def test_each_filter_has_a_name_of_its_own_and_is_asked_in_one_order():
    names = [sieve.name for sieve in filters.usual(SEEDS)]
    assert len(set(names)) == len(names) == 11
    assert names[-1] == "similar"


def test_filters_that_know_english_alone_are_left_out_of_other_languages():
    assert {sieve.name for sieve in filters.usual(SEEDS, language="de")} == {
        "length",
        "language",
        "personal data",
        "copies a seed",
        "contaminated",
        "similar",
    }


def test_what_says_that_it_needs_no_output_judges_without_one():
    """Where answers are a second call, a good candidate is not refused for having none."""
    without = made(output="")
    assert [sieve.name for sieve in filters.usual(SEEDS) if not sieve.reads_output and sieve(without)] == []


@pytest.mark.parametrize(
    "piece",
    [
        "the following ",
        "this image ",
        "I am ",
        "as an ",
        "[name ",
        "Dr. A",
        "1-",
        "the text does ",
        "you are ",
        "\ud83d",
        "{{",
        "not ",
        "é",
    ],
)
def test_filters_take_time_linear_in_the_text(piece):
    import time

    sieves = [sieve for sieve in filters.usual(SEEDS) if sieve.name not in ("length", "similar")]
    spent = []
    for size in (10_000, 80_000):
        text = piece * (size // len(piece))
        started = time.process_time()
        for sieve in sieves:
            sieve(made(text, text, text))
        spent.append(time.process_time() - started)
    assert spent[1] < 24 * spent[0] + 0.1
