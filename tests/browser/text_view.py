"""The text view as a person uses it: typed into, read, and left."""

from __future__ import annotations

from typing import Any

from leadwright.tests.browser.editor import Editor
from playwright.sync_api import Locator, expect


class TextView:
    """The text view of an editor, open."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.page = editor.page
        self.content = self.page.get_by_role("textbox", name="Text of the rules")
        expect(self.content).to_be_visible()
        expect(self.page.locator("#text .lw-word").first).to_be_visible()

    def line(self, text: str) -> Locator:
        """The line that holds a text."""
        return self.page.locator("#text .cm-line").filter(has_text=text)

    @property
    def shown(self) -> str:
        """The text as it stands there."""
        shown: str = self._ask("return view.state.doc.toString();", "")
        return shown

    @property
    def in_words(self) -> Locator:
        """The sentence below."""
        return self.page.locator("#text .words")

    @property
    def options(self) -> Locator:
        """What is offered to complete with."""
        return self.page.locator("#text .cm-tooltip-autocomplete li")

    @property
    def problems(self) -> Locator:
        """The button that says how many problems there are."""
        return self.page.locator("#text button.problems")

    def _ask(self, question: str, text: str) -> Any:
        """Asks CodeMirror about the first such text, which the question calls `at` to `end`."""
        found = self.page.evaluate(
            """async (text) => {
                const { EditorView } = await import("/static/vendor/codemirror.js");
                const root = document.getElementById("text").shadowRoot;
                const view = EditorView.findFromDOM(root.querySelector(".cm-editor"));
                const at = view.state.doc.toString().indexOf(text);
                const end = at + text.length;
                if (at < 0) return null;
                """
            + question
            + "}",
            text,
        )
        assert found is not None, f"there is no {text}"
        return found

    def go_behind(self, text: str) -> None:
        """Puts the cursor behind the first such text."""
        self._ask(
            "view.focus(); view.dispatch({ selection: { anchor: end }, scrollIntoView: true }); return end;",
            text,
        )

    def point_at(self, text: str) -> None:
        """Rests the pointer on the first such text."""
        self._ask("view.dispatch({ effects: EditorView.scrollIntoView(at) }); return at;", text)
        place = self._ask("const { left, top } = view.coordsAtPos(at + 1); return [left + 1, top + 4];", text)
        self.page.mouse.move(*place, steps=3)

    @property
    def cursor(self) -> str:
        """The text of the line before the cursor."""
        before: str = self._ask(
            "const { head } = view.state.selection.main;"
            "return view.state.sliceDoc(view.state.doc.lineAt(head).from, head);",
            "",
        )
        return before

    def accept(self, *options: str) -> None:
        """Takes the first of what is offered, once these are the first."""
        for at, option in enumerate(options):
            expect(self.options.nth(at)).to_have_text(option)
        # What comes up under somebody's hands is not taken by the key that was meant for something else.
        self.page.wait_for_timeout(150)
        self.page.keyboard.press("Enter")

    def keeps(self, text: str) -> None:
        """Waits until the draft holds a text, and is what is shown."""
        for _ in range(100):
            kept = self.editor.text
            if text in kept and kept == self.shown:
                expect(self.page.locator("#saved")).to_have_text("saved")
                return
            self.page.wait_for_timeout(100)
        assert text in kept
        assert kept == self.shown

    def type(self, text: str) -> None:
        """Types, and waits until the draft is what is shown."""
        self.page.keyboard.type(text)
        self.keeps("")
