"""Whether a text is about medicine at all: by words that other subjects do not use, and by the endings that medicine gives its words.

    "Plan a three-day trip to Lisbon for a family of four."                none            ─▶ refused
    "The patient's appendicitis was treated with a laparotomy."            patient, -itis, -otomy ─▶ passes

A rule of thumb, checked against corpora (bench/filters.py) and no classifier: what passes mentions medicine, however briefly.
"""

from __future__ import annotations

import re
from typing import Final

from medinstruct.generator.candidate import Candidate

FEWEST: Final = 1
"""Different medical words in instruction, input and answer."""

_WORD: Final = re.compile(r"[a-z]{2,}")
_STRONG: Final = """
acetaminophen ache aches acne adhd adrenaline aetiology afebrile airway albumin alleles allergic allergies allergy alzheimer ambulance
anaesthesia analgesic analgesics anamnesis anatomy anesthesia antibiotic antibiotics anticoagulant anticoagulation antidepressant antigen
antihistamine antipyretic antiviral apnea apnoea appendix arteries artery aspirin asthma autism autoimmune autopsy bacteria bacterial
bedridden bedside bilirubin biomedical biopsy bladder bleeding blister bmi bowel bp breastfeeding breathless bronchus bruise cancer cancers
cardiac caregiver cartilage cataract celiac chemotherapy chickenpox cholera chromosome chromosomes cirrhosis clinic clinical clinician
clinicians clinics codeine coeliac cognitive colon comorbidities congenital constipation contagious contraception contraceptive contusion
convulsion copd cornea coronavirus cough coughing covid cramps creatinine croup crp ct cytokine ddx deaf dehydration delirium dementia
dengue dental dentist diabetes diabetic diagnosed diagnoses dialysis dietary disability disease diseases disorder disorders diuretic
diuretics dizziness dizzy dna dosage dyspnoea ebola ecg egfr elderly enzyme enzymes epidemic epidemiology epinephrine estrogen etiology
faint fatigue fetal fetus fever flu fracture fractured fractures fungal gallbladder gallstones gene genes genetic genome gfr glands glucose
goitre gout gp gut hallucinations hba headache headaches healing healthcare heartbeat heartburn hemoglobin hernia hiv hives hospital
hospitals hygiene hypotension ibuprofen icd icu illness illnesses incontinence infant infants inflammation inflammatory influenza inhaler
injection injections injured injuries injury inpatient inr insomnia intestinal intestine itch itching itchy iv jaundice ketones kidney
kidneys lactate larynx laxative laxatives lesion lesions liver lumbar lung lungs lupus lyme malaria malignant mammogram maternal measles
medical medication medications medicinal medicine medicines menopause metabolic metabolism microbiology midwife migraine miscarriage
morbidity morphine mortality mri mucus mumps mutation mutations naproxen nasal nausea neonatal nerve nerves neurons neutrophils newborn
nursing nutrient obese obesity obstruction ophthalmology outpatient overdose painful palpitations paracetamol paramedic parasite parkinson
pathogen pathogens patient patients pelvic pelvis perinatal physician physicians physiology pills placenta plasma platelet platelets
poisoning polio potassium pregnancy pregnant prescribe prescribed prescription preventive probiotics prophylaxis proteins psoriasis
psychological puberty rabies radiology rash receptors rectal referral rehabilitation renal resection respiratory retina retinal ribs rna
rubella scabies sciatica scurvy seizure seizures sepsis serum sexual sickness sinus sneezing spinal spine spleen sprain sputum stethoscope
stool surgeon surgeons surgeries surgery surgical swab swelling swollen symptom symptomatic symptoms syndrome syndromes syringe systolic
tendon testosterone therapeutic therapies therapist therapy throat toes tonsils toxicity transplant trauma treatments triage triglycerides
ulcer ulcers unconscious uterine uterus vagina vaginal vein veins vertebra vertigo viral vitamins vomit vomiting warfarin wheezing wound
wounds
"""
STRONG: Final = frozenset(_STRONG.split())
"""Words that hardly any other subject uses, as far as `BEGINNINGS` and `ENDINGS` do not tell them."""
_WEAK: Final = """
alcohol anxiety babies baby blood bone bones brain breath breathing burn burns calcium care cell cells chest chronic cold condition consent
counsellor counselor crisis cure delivery depression diagnose diagnostic diet disabled discharge doctor doctors dose doses drug drugs ear
elbow emergency exam examination exercise eye eyes fall feeling fluid gland gum gums hair health healthy hearing heart hip ill implant
intensive joint joints knee lab laboratory labour mental muscle muscles nail nails neck neural nurse nurses nutrition oral organ organs
oxygen pain physical plaque poison prevalence protein public pulse pupil radiation receptor recovery remission rib scalp scan screening
shock shoulder sick skin sleep smoker smoking sneeze soap sodium species stomach stress supplement supplements sweat sweating tablet tablets
teeth test therapeutic tired tiredness tissue tissues tobacco toe tooth toxic tract treat treated treating treatment tremor trial trials
unwell vessel vessels virus viruses vision vital vitamin ward weight wrist
"""
WEAK: Final = frozenset(_WEAK.split())
"""Words that other subjects use too: two of them count as one of the others."""
BEGINNINGS: Final = (
    "abdom", "aneurysm", "angio", "antibod", "antimicrob", "aort", "asept", "atrial", "bronch", "cardio", "catheter", "cerebr",
    "coronar", "cutane", "cyst", "dermat", "disinfect", "dysplas", "eczem", "edema", "electrocardio", "embol", "encephal", "endocrin",
    "endosc", "epiderm", "epilep", "erythem", "esophag", "fibul", "gastr", "gynaec", "gynec", "haem", "hemat", "hemodi", "hemorr",
    "hepat", "herpe", "hormon", "hypergly", "hyperkal", "hyperten", "hyperthyr", "hypogly", "hypokal", "hyponat", "hypothal",
    "hypothyr", "immun", "infarct", "infect", "insulin", "intraven", "ischaem", "ischem", "leuk", "lymph", "mandib", "maxill",
    "melanom", "mening", "menstru", "metasta", "myocard", "nephr", "neurol", "neurop", "nocicep", "obstet", "oedem", "oesoph", "oncol",
    "opioid", "orthop", "osteo", "ovar", "pacemaker", "paediat", "palliat", "pancrea", "paraly", "patholog", "pediat", "pharmac",
    "physiother", "placeb", "pleur", "pneumo", "postop", "preop", "prostat", "psychiat", "psychoth", "pulmon", "radiogr", "radiother",
    "rheum", "schizo", "sclero", "scolio", "septic", "shingles", "spasm", "stenos", "steroid", "stroke", "subcut", "suicid", "syncop",
    "thorac", "thromb", "thyro", "toxico", "transfus", "tubercul", "tumor", "tumour", "ultraso", "urin", "urolog", "vaccin", "varicel",
    "vascul", "ventil", "ventric", "zoster",
)  # fmt: skip
"""Of words made from the names of organs and diseases."""
ENDINGS: Final = (
    "itis", "itides", "aemia", "emia", "emias", "osis", "oma", "omas", "pathy", "pathies", "ectomy", "ectomies", "ostomy", "otomy",
    "plasty", "scopy", "algia", "uria", "pnoea", "pnea", "plegia", "paresis", "rrhoea", "rrhea", "rrhage", "rrhagia", "penia", "cardia",
    "cytic", "cyte", "cytes", "genic", "ologist", "ologists", "iatric", "iatrician", "azole", "cillin", "mycin", "floxacin", "cycline",
    "statin", "prazole", "sartan", "dipine", "olol", "mab", "tinib", "gliptin", "gliflozin", "glutide", "parin", "azepam", "azolam",
    "caine", "oxetine", "triptan", "vir", "pril", "thiazide", "semide", "formin", "xaban", "lukast", "terol", "tropium", "sone", "solone",
    "onide", "setron", "pramine", "idone", "apine", "toxin", "kinase", "kinase", "lipase", "protease", "transferase", "reductase",
    "synthase", "oxidase", "polymerase", "dehydrogenase", "phosphatase", "aminase",
)  # fmt: skip
"""Of diseases, procedures, cells and substances (the last as in the stems of international nonproprietary names)."""
_COMMON: Final = """
academia apathy april aroma diploma empathy microscopy oklahoma photogenic sympathy telepathy telescopy transgenic meteorologist meteorologists
"""
COMMON: Final = frozenset(_COMMON.split())
"""Words of such endings that other subjects use."""


class Medical:
    """Refuses what has no word of medicine, or only one that other subjects use too."""

    name = "topic"
    reads_output = True

    def __call__(self, candidate: Candidate) -> str | None:
        words = set(_WORD.findall(f"{candidate.instruction}\n{candidate.input}\n{candidate.output}".lower()))
        return None if weight(words) >= FEWEST else "not about medicine"


def weight(words: set[str]) -> float:
    """How many of these words are medical; words that other subjects use too count half."""
    strong = words & STRONG
    rest = sum(
        (word.startswith(BEGINNINGS) or word.endswith(ENDINGS)) and word not in COMMON for word in words - strong
    )
    return len(strong) + rest + len(words & WEAK) / 2
