"""A model that is a grammar: instructions about invented patients and drugs, the same for the same words and seed, with enough variety for 25,005."""

import json
import random
import re

import xxhash

TABLE = """
age      newborn toddler schoolchild teenage middle-aged adult retired elderly frail pregnant athletic
work     baker welder teacher nurse farmer pilot painter plumber cook driver gardener weaver miner clerk tailor fisher butcher carpenter singer
work     soldier jeweller courier barber potter librarian roofer mason diver dancer referee
drug     zorbinase halvitrexol quendipine marlostat trevoxamine feldazole corvimab nastrolol belquinide ristofen yalvirone dorlimide
drug     umbrexan glavotide sindomycin wextoril arquinone velmodipine otrazepam kelvostin brimanol frellaxine cindovir mulgastat tarpexil
drug     lespiride jandocaine quillomab hovandrine pextacaine
finding  fever cough rash headache vomiting dizziness fatigue jaundice tremor wheezing palpitations swelling numbness insomnia diarrhoea
finding  constipation bruising nausea anaemia itching seizures hoarseness hypotension dehydration
site     knee shoulder abdomen chest throat hip elbow wrist ankle liver kidney lung thyroid bladder stomach spine jaw scalp retina pancreas
event    surgery vaccination childbirth travel dialysis transfusion marathon fasting pneumonia fracture burn delivery chemotherapy
event    diving catheterisation infection bereavement stroke colonoscopy
way      sudden gradual intermittent nocturnal painless burning severe mild recurrent persistent unexplained bilateral localised radiating
way      worsening familial seasonal exertional postprandial migratory
test     creatinine ferritin troponin bilirubin glucose potassium lactate haemoglobin albumin calcium sodium amylase cortisol platelets
test     urate magnesium
level    raised low rising falling borderline unmeasurable doubled halved
verb     explain weigh discuss outline compare question review sketch justify rank classify defend
"""
POOLS: dict[str, list[str]] = {}
for name, *values in (line.split() for line in TABLE.strip().split("\n")):
    POOLS.setdefault(name, []).extend(values)

ASKS = [
    "{verb} how {way} {finding} of the {site}, {way2} {finding2} and {level} {test} in a {age} {work} on {drug} bear on {event}.",
    "With {level} {test}, {level2} {test2} and {way} {finding}, which of {drug} or {drug2} suits the {age} {work} whose {site} hurts since {event}?",
    "For a {work} with {site} trouble: {verb} {drug} before {event}, {drug2} after {event2}, and what {way} {finding} means beside {level} {test}.",
    "{way} {finding}, {way2} {finding2}, {level} {test}: name a cause in the {site} of the {age} {work} between {event} and {event2}.",
    "Write to the {age} {work} about {drug}, {way} {finding}, {level} {test} and the {site} once {event} is over.",
    "Find {drug}, {finding}, the {site} and {test} in this note on a {age} {work}, and {verb} what {event} adds to {way} {finding2}.",
    "Summarise for the {work}: {way} {finding} at the {site}, {drug} then {drug2}, {level} {test}, {level2} {test2}, {event}.",
    "Should {drug2} follow {drug} when {test} is {level}, the {site} shows {way} {finding} and a {age} {work} faces {event}?",
]
NEEDS_INPUT = {5, 6}
CATEGORIES = ["question answering", "information extraction", "generation", "other"]


def say(messages: list[dict[str, str]], seed: int = 0) -> str:
    """What the grammar answers to a prompt."""
    asked = messages[-1]["content"]
    lot = random.Random(xxhash.xxh3_64_intdigest(f"{seed}\n{asked}".encode()))
    if asked.startswith("Judge"):
        return json.dumps(
            {
                "clear": 5,
                "correct": lot.choice([5, 5, 4, 2]),
                "complete": 4,
                "medical": 5,
                "why": "one dose is doubtful",
            }
        )
    if not re.search(r"^Write \d+ new instructions", asked, re.MULTILINE):
        return answer(lot)
    number = int(re.search(r"^Write (\d+) new instructions", asked, re.MULTILINE)[1])
    found = [instruction(lot) for _ in range(number)]
    if "Write no output" in asked:
        for one in found:
            one.pop("output", None)
    return spoilt(lot, json.dumps({"instructions": found}, ensure_ascii=False))


def words(lot: random.Random) -> dict[str, str]:
    """Two different words of each pool."""
    pairs = {name: lot.sample(values, 2) for name, values in POOLS.items()}
    return {f"{name}{n or ''}": pair[n // 2] for name, pair in pairs.items() for n in (0, 2)}


def instruction(lot: random.Random) -> dict[str, str]:
    """One instruction; one in twelve is of a kind that filters refuse."""
    held = words(lot)
    n = lot.randrange(len(ASKS))
    ask = ASKS[n].format(**held)
    ask = ask[0].upper() + ask[1:]
    given = note(lot, held) if n in NEEDS_INPUT else ""
    output = answer(lot)
    fault = lot.randrange(60)
    if fault == 0:
        output = "I'm sorry, but as an AI language model I cannot give medical advice."
    elif fault == 1:
        ask = f"Look at the X-ray image of the {held['site']} and describe what you see."
    elif fault == 2:
        ask, given, output = (
            "Plan a weekend trip to the seaside for two friends.",
            "",
            "Take the early train, and bring towels.",
        )
    elif fault == 3:
        ask = "Explain why zorbinase may cause sudden fever in a retired baker after surgery."
    elif fault == 4:
        ask = "Why?"
    return {
        "instruction": ask,
        "input": given,
        "output": output,
        "category": lot.choice([*CATEGORIES, "", "riddle"]),
        "topic": held["site"],
    }


def note(lot: random.Random, held: dict[str, str]) -> str:
    return (
        f"A {held['age']} {held['work']} came with {held['way']} {held['finding']} of the {held['site']} two weeks after {held['event']}. "
        f"The patient takes {held['drug']} {lot.randrange(1, 40) * 5} mg for {held['finding']}. "
        f"{held['test'].capitalize()} was {lot.choice(['raised', 'low', 'normal'])}; "
        f"{held['drug2']} was begun, and the wound of the {lot.choice(POOLS['site'])} is healing."
    )


def answer(lot: random.Random) -> str:
    held = words(lot)
    return (
        f"In a patient like this {held['drug']} often brings {held['way']} {held['finding']}; check {held['test']} within "
        f"{lot.randrange(2, 30)} days, examine the {held['site']}, and stop {held['drug2']} if symptoms worsen after {held['event']}."
    )


def spoilt(lot: random.Random, text: str) -> str:
    """One answer in ten is not quite JSON, and one in fifty is none at all."""
    fault = lot.randrange(50)
    if fault == 0:
        return "The weather is fine today."
    if fault == 1:
        return text[: len(text) * 2 // 3]
    if fault == 2:
        return f"Here you are:\n```json\n{text}\n```\nI hope this helps!"
    if fault == 3:
        return text.replace("}]}", "},]}")
    if fault == 4:
        records = json.loads(text)["instructions"]
        return "\n\n".join(
            "\n".join(f"{name.capitalize()}: {value}" for name, value in record.items()) for record in records
        )
    return text
