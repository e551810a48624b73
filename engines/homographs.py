"""Verbs that sound unlike the noun or adjective they are spelled like.

gruut's dictionary knows only the other reading of these, and a tutor uses them all day.
"""
# ruff: noqa: RUF001 - letters of IPA look like others

PART_OF_SPEECH = {"VBP": "VB", "VBZ": "VB", "VBN": "VBD"}
"""Penn Treebank tags of verbs, by the nearest tag the dictionary has pronunciations for: it knows
the base form and the past alone."""

VERB = "gruut:VB"
"""What the dictionary calls the base form of a verb."""

VERBS = {
    "close": "klˈoʊz",
    "conduct": "kəndˈʌkt",
    "contrast": "kəntɹˈæst",
    "decrease": "dᵻkɹˈiːs",
    "decreases": "dᵻkɹˈiːsᵻz",
    "estimate": "ˈɛstᵻmˌeɪt",
    "estimates": "ˈɛstᵻmˌeɪts",
    "excuse": "ɛkskjˈuːz",
    "house": "hˈaʊz",
    "increase": "ɪŋkɹˈiːs",
    "increases": "ɪŋkɹˈiːsᵻz",
    "live": "lˈɪv",
    "lives": "lˈɪvz",
    "object": "əbdʒˈɛkt",
    "present": "pɹᵻzˈɛnt",
    "presents": "pɹᵻzˈɛnts",
    "project": "pɹədʒˈɛkt",
    "projects": "pɹədʒˈɛkts",
    "record": "ɹᵻkˈoːɹd",
    "records": "ɹᵻkˈoːɹdz",
    "separate": "sˈɛpɚɹˌeɪt",
    "separates": "sˈɛpɚɹˌeɪts",
    "use": "jˈuːz",
    "uses": "jˈuːzᵻz",
}
"""Pronunciation as a verb, in espeak's IPA."""
