"""The words of the page, each said in a sentence or two: for the page of words and the help at statements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word and what it means. `sort` is the sort of statement that it names, "" for none."""

    word: str
    meaning: str
    sort: str = ""

    @property
    def id(self) -> str:
        """Its place on the page of words."""
        return self.word.lower().replace(" ", "-")


WORDS = (
    Word("Lead", "A person or company that may become a customer, with fields and events."),
    Word("Field", "What is known of a lead, such as its title or its number of employees.", "field"),
    Word("Event", "Something that a lead did, with its time: a visit, a download, a request.", "event"),
    Word("Ruleset", "All that decides what leads score and which stage they reach."),
    Word("Title", "What the ruleset is called, and the time zone in which its days begin.", "title"),
    Word("Rule", "Gives or takes points when its condition is true for a lead. Gives tags, too.", "rule"),
    Word("Condition", "What a rule asks: a field's value, or what a lead did, how often and how recently."),
    Word("Missing data", "A field that is not known. A condition about it is neither true nor false."),
    Word("Points", "What a rule gives or takes. All points of a lead together are its score."),
    Word("Score", "A number for each lead, from one limit to another. A ruleset may have several.", "score"),
    Word("Group", "Rules that share a cap: together they give no more than that.", "group"),
    Word("Cap", "The most that a rule or group gives, however often it matches."),
    Word("Fading points", "Points that shrink as the event that gave them gets older."),
    Word(
        "List",
        "Values under one name, such as job titles, for conditions to ask about.",
        "list",
    ),
    Word("Definition", "A condition with a name, written once and used in several places.", "define"),
    Word("Stage", "How far a lead is, such as MQL or SQL: reached when its condition is true.", "stage"),
    Word("Track", "A ladder of stages. A ruleset may have several, such as one for each product."),
    Word("MQL", "Marketing qualified lead: ready to be looked at by sales."),
    Word("SQL", "Sales qualified lead: sales works on it."),
    Word("PQL", "Product qualified lead: shows by its use of the product that it may buy."),
    Word("Threshold", "The score from which a stage is reached."),
    Word("Disqualification", "Takes a lead out of every stage, whatever its score.", "disqualify"),
    Word("Grade", "A letter for a score, such as A to D: how well a lead fits.", "grade"),
    Word("Handoff", "Says who gets the leads of a stage, and by when they answer.", "handoff"),
    Word("Goal", "What the rules are for, such as a purchase. Results are measured against it.", "outcome"),
    Word("Guarantee", "What must never or always be so, for every possible lead.", "guarantee"),
    Word("Test", "A made-up lead and what it must come to. A failing test keeps a version back.", "test"),
    Word("Include", "Brings in the rules of another file.", "include"),
    Word("Comment", "A note for people. It changes nothing.", "section"),
    Word("Text", "A statement that is shown as it is written, because it has an error or no card.", "text"),
    Word("Draft", "The rules as they are being changed. Nothing in it counts until it is published."),
    Word("Version", "The rules as they were published once. The newest is live: it scores leads."),
    Word("Dry run", "What the draft would do, tried on one lead and counted over all of them."),
    Word("Lift", "How many times as often the leads that a rule matches win, compared with all others."),
    Word("Hint", "Something correct that could be better, such as a rule that matches nobody."),
)

BY_SORT = {one.sort: one for one in WORDS if one.sort}
"""The word for each sort of statement."""
