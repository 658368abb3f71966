"""What an import did, for reading and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..importing.problems import shortened
from ..store.records.leads import shell_word
from .text_style import TextStyle, counted, shown, table

if TYPE_CHECKING:
    from ..importing.report import ColumnReport, ImportReport
    from ..importing.values.columns import Hint

_USES = {"id": "the lead's id", "at": "when", "type": "what happened", "object": "to what", "key": "identity"}
_USES["merged ids"] = "ids merged into it"


def import_text(report: ImportReport, style: TextStyle) -> list[str]:
    """Rows and what became of them, columns with the kinds found, and what a person may want to fix."""
    lines = [f"{counted(report.rows, 'row')} of {report.source}: {_outcome(report)}."]
    if report.columns:
        lines += ["", *_columns(report, style)]
    lines += _advice(report, style)
    lines += _gone(report, style)
    lines += _rejected(report, style)
    return lines


def _outcome(report: ImportReport) -> str:
    parts = [
        counted(report.leads_added, "new lead") if report.leads_added else "",
        f"{counted(report.leads_changed, 'lead')} changed" if report.leads_changed else "",
        counted(report.events_added, "new event") if report.events_added else "",
        f"{counted(report.events_corrected, 'event')} corrected" if report.events_corrected else "",
        f"{counted(report.events_known, 'event')} known already" if report.events_known else "",
        f"{counted(report.leads_merged, 'lead')} merged into another" if report.leads_merged else "",
        counted(report.ids_added, "other id") if report.ids_added else "",
        f"{counted(report.repeated, 'row')} of leads that had one above" if report.repeated else "",
        f"{counted(report.left_unknown, 'row')} of unknown leads left out" if report.left_unknown else "",
        f"{counted(report.rejected, 'row')} not read" if report.rejected else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing new"


def _columns(report: ImportReport, style: TextStyle) -> list[str]:
    rows = [_column(column) for column in report.columns if column.used_as != "left out"]
    lines = table(rows, style, head=("column", "is", "kind", "values"), right=(3,))
    left_out = [shown(column.column) for column in report.columns if column.used_as == "left out"]
    if left_out:
        lines += style.wrapped(f"Left out: {', '.join(left_out)}", 2, 4)
    return lines


def _column(column: ColumnReport) -> tuple[str, str, str, str]:
    use = _USES.get(column.used_as, column.used_as)
    if column.name is not None and column.name != column.column:
        use = f"{use} {shown(column.name)}"
    kind = column.kind.value if column.kind is not None else ""
    if column.form:
        kind += f" ({column.form})"
    if column.used_as in _USES:
        return shown(column.column), use, "", ""
    return shown(column.column), use, kind or "(all blank)", f"{column.values:,}"


def _advice(report: ImportReport, style: TextStyle) -> list[str]:
    lines: list[str] = []
    for column in report.columns:
        lines += [
            line
            for said in _lost(column)
            for line in style.wrapped(f"{shown(column.column)}: {shown(said)}", 2, 4)
        ]
        for hint in column.hints:
            lines += _hint(hint, f"{column.column}: ", style)
    lines += [line for text in _notes(report) for line in style.wrapped(shown(text), 2, 4)]
    for hint in report.hints:
        lines += _hint(hint, "", style)
    return ["", style.warn("Worth a look"), *lines] if lines else []


def _hint(hint: Hint, head: str, style: TextStyle) -> list[str]:
    """What a hint says; each way to decide on lines of its own, its options in one piece, to be copied."""
    if not hint.choices:
        return style.wrapped(shown(f"{head}{hint.message}"), 2, 4)
    lines = style.wrapped(shown(f"{head}{hint.message}; {hint.choices[0].result}:"), 2, 4)
    for number, choice in enumerate(hint.choices):
        if number:
            lines += style.wrapped(shown(f"or {choice.result}:"), 4)
        lines.append(f"      {shown(' '.join(map(str, choice.settings)))}")
    return lines


def _blank(report: ImportReport) -> list[str]:
    """What was known of leads and is blank in the file: gone, or kept."""
    lines = []
    for counts, meaning in (
        (
            {column.column: column.cleared for column in report.columns},
            "so unknown; --keep-blank would keep it",
        ),
        ({column.column: column.kept for column in report.columns}, "and kept as it was"),
    ):
        listed = ", ".join(f"{name} of {counted(count, 'lead')}" for name, count in counts.items() if count)
        if listed:
            lines.append(f"{listed}: blank now, {meaning}")
    return lines


def _notes(report: ImportReport) -> list[str]:
    notes = _blank(report)
    if report.nameless:
        notes.append(
            f"{counted(report.nameless, 'new lead')} known by events alone: with --known-only, events of "
            "leads that no import named are left out"
        )
    return notes


def _lost(column: ColumnReport) -> list[str]:
    """What is unknown now, since it cannot be read."""
    said = []
    if column.unread and column.kind is not None:
        words = counted(column.unread, "value")
        said.append(f"{words} not {column.kind.value}, as {shortened(column.unread_example)}, now unknown")
    return said


def _rejected(report: ImportReport, style: TextStyle) -> list[str]:
    if not report.rejected:
        return []
    lines = ["", style.bad(f"{counted(report.rejected, 'row')} could not be read")]
    width = max(len(f"{count:,}") for count in report.reasons.values())
    for reason, count in report.reasons.items():
        lines += style.wrapped(f"{count:>{width},}  {shown(reason)}", 2, width + 4)
    lines += style.wrapped(
        f"They are in {report.rejects}, with line numbers and reasons. Fix them there and import that file, "
        "or fix the source and import it again: what is loaded already is not loaded twice.",
        2,
    )
    return lines


def _gone(report: ImportReport, style: TextStyle) -> list[str]:
    """What a file lacks that is said to have all leads, and how to do away with it."""
    gone = report.gone
    if gone is None:
        return []
    lines: list[str] = []
    if gone.unsure:
        lines += style.wrapped("it is not said which leads, since some rows could not be read", 2, 4)
    elif gone.path is not None:
        leads = counted(gone.leads, "lead")
        listed = f"{leads}, as {', '.join(map(shown, gone.examples))}: listed in {gone.path}; to see what "
        lines += style.wrapped(f"{listed}deleting them would take along:", 2, 4)
        lines.append(f"      leadwright forget --from {shell_word(str(gone.path))}")
    if gone.fields:
        names = ", ".join(shown(name) for name in gone.fields)
        lines += style.wrapped(
            f"{counted(len(gone.fields), 'field')}: {names}; to see what making one unknown would take away:",
            2,
            4,
        )
        lines.append(f"      leadwright field {shell_word(shown(gone.fields[0]))} --clear")
    if not lines:
        return ["", "The file has all leads and fields of the database."]
    return ["", style.warn("In the database, and not in the file"), *lines, "  Nothing was done to them."]


def import_data(report: ImportReport) -> dict[str, Any]:
    """The report as data."""
    return {
        "source": report.source,
        "rows": report.rows,
        "leads_added": report.leads_added,
        "leads_changed": report.leads_changed,
        "events_added": report.events_added,
        "events_known": report.events_known,
        "events_corrected": report.events_corrected,
        "repeated": report.repeated,
        "nameless": report.nameless,
        "left_unknown": report.left_unknown,
        "rejected": report.rejected,
        "reasons": dict(report.reasons),
        "rejects": str(report.rejects) if report.rejects is not None else None,
        "columns": [
            {
                "column": column.column,
                "used_as": column.used_as,
                "name": column.name,
                "kind": column.kind.value if column.kind is not None else None,
                "form": column.form,
                "values": column.values,
                "unread": column.unread,
                "cleared": column.cleared,
                "kept": column.kept,
                "note": column.note,
                "hints": [hint_data(hint) for hint in column.hints],
            }
            for column in report.columns
        ],
        "notes": [*_notes(report), *report.notes],
        "hints": [hint_data(hint) for hint in report.hints],
        "leads_merged": report.leads_merged,
        "ids_added": report.ids_added,
        "gone": None
        if report.gone is None
        else {
            "leads": report.gone.leads,
            "file": None if report.gone.path is None else str(report.gone.path),
            "fields": list(report.gone.fields),
            "unsure": report.gone.unsure,
        },
        "fault": None if report.fault is None else f"{type(report.fault).__name__}: {report.fault}",
    }


def hint_data(hint: Hint) -> dict[str, Any]:
    """A hint as data: each way to decide with its settings, as the options of an import are called."""
    return {
        "message": hint.message,
        "choices": [
            {
                "settings": [
                    {"option": setting.option, "column": setting.column, "value": setting.value}
                    for setting in choice.settings
                ],
                "result": choice.result,
            }
            for choice in hint.choices
        ],
    }
