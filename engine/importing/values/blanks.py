"""Words that systems and people write where there is nothing."""

from __future__ import annotations

LIKELY = frozenset(
    """
    null|none|nil|n/a|na|n.a.|#n/a|nan|nat|undefined|unknown|(unknown)|unspecified|not specified|not available
    not provided|not applicable|not set|(not set)|[not set]|no value|(no value)|(none)|(null)|(blank)|(empty)
    blank|empty|missing|-|--|---|–|—|?|.|*|\\n|<null>|<na>|[null]|{null}|tbd|select|select one|select...
    please select|- select -|-- select --|--none--|-none-|- none -|#ref!|#value!|#name?|#div/0!|#num!
    #null!|0000-00-00|0000-00-00 00:00:00|0000-00-00t00:00:00|00/00/0000|00.00.0000|1900-01-00|(not provided)
    <empty>|<blank>|<not set>|not_set|(unassigned)|(leer)|(vide)|(vacío)
    keine angabe|k.a.|k. a.|unbekannt|bitte wählen|inconnu|non renseigné|desconocido|sin especificar
    sconosciuto|onbekend|não informado
    """.casefold()
    .replace("\n    ", "|")
    .strip("|\n ")
    .split("|")
)
"""Words for nothing, folded. They are read as blank only where that is asked for, since each can mean
something: NA is Namibia."""

MOST_LETTERS = max(map(len, LIKELY))


def folded(word: str) -> str:
    """A word as words for blank are compared: without its case and the blanks around it."""
    return word.strip().casefold()
