"""From numbers to edits of a text: where the points of a rule and the threshold of a stage are written."""

from __future__ import annotations

from ....grammar.edits import Edit
from ....grammar.edits.document import Document, Item
from ....grammar.edits.statement_parts import parts_of
from ....grammar.syntax import nodes as n
from ....grammar.text.printer import quoted
from ...plan import Compare, Constant, Plan, Rule, ScoreValue, Stage
from ...plan.walk import clauses


class RulesetEditor:
    """The places of a text that points and thresholds can be set in. What is included from other files cannot
    be."""

    def __init__(self, text: str, plan: Plan) -> None:
        self.document = Document.of(text)
        self.plan = plan
        self._items = {item.span.start: item for item in self.document.items if item.node is not None}

    def item(self, rule: Rule | Stage) -> Item | None:
        """The statement of a rule or stage, None where it stands in another file."""
        if rule.origin.source.text != self.document.text:
            return None
        return self._items.get(rule.origin.span.start)

    def points(self, rule: Rule, place: int, new: int) -> Edit | None:
        """Sets the n-th number of points of a rule; switches off a rule that gives nothing else."""
        item = self.item(rule)
        if item is None or not isinstance(item.node, n.Rule):
            return None
        if new == 0 and len(rule.contributions) == 1 and not rule.tags:
            return Edit("switch", item.key, old="on", new="off")
        award = [index for index, one in enumerate(item.node.awards) if isinstance(one, n.Points)][place]
        if new == 0:
            return None
        old = rule.contributions[place].points
        return Edit("set", item.key, f"then.{award}.points", old=f"{old:+d}", new=f"{new:+d}")

    def rule(self, name: str, condition: str, points: int, score: str | None) -> Edit:
        """Adds a rule behind the last one."""
        target = "" if score is None else f" {score}"
        text = f"rule {quoted(name)}\nwhen {condition}\nthen {points:+d}{target}"
        last = next(
            (item for item in reversed(self.document.items) if isinstance(item.node, n.Rule | n.Group)),
            None,
        )
        if last is None:
            return Edit("add_statement", new=text)
        if isinstance(last.node, n.Rule) and last.parent is not None:
            last = self.document.items[last.parent]
        return Edit("add_statement", new=text, side="after", beside=last.key)

    def threshold(self, stage: Stage) -> tuple[int, str, str] | None:
        """What a stage asks of the total (`score >= N`), the key of its statement, the path of the number."""
        item = self.item(stage)
        if item is None:
            return None
        for clause in clauses(stage.condition):
            if not (
                isinstance(clause, Compare) and clause.left == ScoreValue(None) and clause.operator == ">="
            ):
                continue
            if not isinstance(clause.right, Constant) or not isinstance(clause.right.value, float):
                continue
            number = int(clause.right.value)
            for part in parts_of(self.document, item).by_path.values():
                inside = part.span is not None and (
                    clause.origin.span.start <= part.span.start and part.span.end <= clause.origin.span.end
                )
                if inside and part.value == str(number):
                    return number, item.key, part.path
        return None

    def free_name(self, preferred: str) -> str:
        """A name that no rule has yet."""
        name, number = preferred[:80], 2
        while self.document.find(f"rule:{name}") is not None:
            name, number = f"{preferred[:76]} {number}", number + 1
        return name
