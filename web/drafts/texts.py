"""Texts that were read last, so that an edit costs what it changes and not the whole text."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ...grammar.edits.document import Manuscript
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import Parsed, parse

_MOST = 64


class Texts:
    """What was read of the latest texts. It only saves time; safe in threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._parsed: OrderedDict[str, Parsed] = OrderedDict()
        self._latest: OrderedDict[str, Parsed] = OrderedDict()

    def read(self, text: str, ruleset: str = "") -> Parsed:
        """What is read in a text; beside the text of the same ruleset that was read last."""
        with self._lock:
            found, before = self._parsed.get(text), self._latest.get(ruleset)
        return self.keep(found or parse(Source(text), before), ruleset)

    def keep(self, parsed: Parsed, ruleset: str = "") -> Parsed:
        """Takes in what was read elsewhere."""
        with self._lock:
            for kept, key in ((self._parsed, parsed.source.text), (self._latest, ruleset)):
                kept[key] = parsed
                kept.move_to_end(key)
                while len(kept) > _MOST:
                    kept.popitem(last=False)
        return parsed

    def manuscript(self, text: str, ruleset: str = "") -> Manuscript:
        """A text made ready for edits."""
        return Manuscript(text, self.read(text, ruleset))
