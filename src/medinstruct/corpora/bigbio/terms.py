"""What BigBIO says of license and language, in the words that are used here.

Loaders name a license by its title (`MIT License`) or by a name of BigBIO's (`CC_BY_4p0`). One that is not in the table
is `unknown`, and so is one whose obligations nobody has written down here; what BigBIO said stays with it.
"""

from __future__ import annotations

import re

from medinstruct.errors import MedinstructError
from medinstruct.license import License

LICENSES = {
    "apache-2.0": ("Apache License 2.0", "APACHE_2p0"),
    "mit": ("MIT License", "MIT"),
    "isc": ("ISC License", "ISC"),
    "gpl-3.0": ("GNU General Public License v3.0 only", "GPL_3p0", "GPL_3p0_ONLY"),
    "gfdl": ("GNU Free Documentation License v1.3", "GFDL_1p3"),
    "cc0-1.0": ("Creative Commons Zero v1.0 Universal", "CC0_1p0", "CC0"),
    "cc-by-2.0": ("Creative Commons Attribution 2.0 Generic", "CC_BY_2p0"),
    "cc-by-3.0": ("Creative Commons Attribution 3.0 Unported", "CC_BY_3p0", "CC_BY_3p0_US"),
    "cc-by-4.0": ("Creative Commons Attribution 4.0 International", "CC_BY_4p0", "cc-by-4.0"),
    "cc-by-sa-3.0": ("Creative Commons Attribution Share Alike 3.0 Unported", "CC_BY_SA_3p0"),
    "cc-by-sa-4.0": ("Creative Commons Attribution Share Alike 4.0 International", "CC_BY_SA_4p0"),
    "cc-by-nc-2.0": ("Creative Commons Attribution Non Commercial 2.0 Generic", "CC_BY_NC_2p0"),
    "cc-by-nc-3.0": ("Creative Commons Attribution Non Commercial 3.0 Unported", "CC_BY_NC_3p0"),
    "cc-by-nc-4.0": ("Creative Commons Attribution Non Commercial 4.0 International", "CC_BY_NC_4p0"),
    "cc-by-nc-sa-3.0": ("Creative Commons Attribution Non Commercial Share Alike 3.0 Unported", "CC_BY_NC_SA_3p0"),
    "cc-by-nc-sa-4.0": ("Creative Commons Attribution Non Commercial Share Alike 4.0 International", "CC_BY_NC_SA_4p0"),
    "genia": ("GENIA Project License for Annotated Corpora", "GENIA_PROJECT_LICENSE"),
    "nlm": ("National Library of Medicine Terms and Conditions", "NLM_LICENSE"),
    "public-domain": (
        "Public Domain Mark 1.0", "PUBLIC_DOMAIN_MARK_1p0", "NCBI_LICENSE",
        "National Center fr Biotechnology Information PUBLIC DOMAIN NOTICE",  # their spelling
    ),
    "agreement": (
        "Data User Agreement", "DUA", "PhysioNet Credentialed Health Data License", "PHYSIONET_LICENSE_1p5",
        "UMLS - Metathesaurus License Agreement", "UMLS_LICENSE",
    ),
    "unknown": ("License information unavailable", "UNKNOWN", "MIXED"),
}  # fmt: skip
"""Our id of a license, and what loaders call it."""

IDS = {name.casefold(): id for id, names in LICENSES.items() for name in names}

LANGUAGES = {
    "English": "en", "Spanish": "es", "French": "fr", "German": "de", "Swedish": "sv", "Chinese": "zh", "Japanese": "ja",
    "Portuguese": "pt", "Dutch": "nl", "Italian": "it", "Polish": "pl", "Russian": "ru", "Romanian": "ro", "Czech": "cs",
    "Hungarian": "hu", "Finnish": "fi", "Arabic": "ar", "Korean": "ko", "Turkish": "tr", "Vietnamese": "vi",
    "Estonian": "et", "Lithuanian": "lt", "Catalan": "ca", "Basque": "eu", "Danish": "da", "Norwegian": "no", "Greek": "el",
}  # fmt: skip


def license(stated: str) -> License:
    """Return the license that BigBIO states, with what it says."""
    said = f"BigBIO's loader says: {stated.strip()}" if stated.strip() else "BigBIO's loader states none"
    try:
        return License(IDS.get(stated.strip().casefold().removeprefix("licenses."), "unknown"), said)
    except MedinstructError:  # one whose terms are not told in `medinstruct.license`
        return License("unknown", said)


def language(name: str) -> str:
    """The code of a language, `und` for one that is not in the table: `Chinese (Simplified)` is `zh`."""
    return LANGUAGES.get(re.split(r"[ (,]", name.strip(), maxsplit=1)[0], "und")
