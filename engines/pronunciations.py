"""Pronunciations that a tutor needs and the dictionary of gruut lacks or has wrong.

All are in espeak's IPA, which the voice was trained on: a stress mark stands before its vowel.
"""
# ruff: noqa: RUF001 - letters of IPA look like others

WORDS = {
    "antonym": "ˈæntənˌɪm",
    "at": "æt",
    "cosine": "kˈoʊsaɪn",
    "equilateral": "ˌiːkwᵻlˈæɾɚɹəl",
    "eratosthenes": "ˌɛɹətˈɑːsθəniːz",
    "factorise": "fˈæktɚɹˌaɪz",
    "hypotenuse": "haɪpˈɑːtənˌuːs",
    "iambic": "aɪˈæmbɪk",
    "it": "ɪt",
    "minuend": "mˈɪnjuːˌɛnd",
    "mitosis": "maɪtˈoʊsɪs",
    "multiplicand": "mˌʌltɪplɪkˈænd",
    "ok": "oʊkˈeɪ",
    "onomatopoeia": "ˌɑːnəmˌæɾəpˈiːə",
    "parallelogram": "pˌæɹəlˈɛləɡɹˌæm",
    "pentameter": "pɛntˈæmᵻɾɚ",
    "phloem": "flˈoʊɛm",
    "scalene": "skˈeɪliːn",
    "simile": "sˈɪməli",
    "subtrahend": "sˈʌbtɹəhˌɛnd",
    "trapezoid": "tɹˈæpᵻzˌɔɪd",
}
"""Words of school, and two that gruut has only as they sound before a vowel."""

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
"""Verbs that sound unlike the noun or adjective they are spelled like."""

NEAREST_TAG = {"VBP": "VB", "VBZ": "VB", "VBN": "VBD"}
"""Penn Treebank tags of verbs, by the nearest tag the dictionary has pronunciations for: it knows
the base form and the past alone."""
