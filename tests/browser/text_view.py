"""The text view as a person uses it: typed into, read, and left."""

from __future__ import annotations

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
        lines: list[str] = self.page.locator("#text .cm-line").all_inner_texts()
        return "\n".join(line.rstrip("\n") for line in lines)

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

    def go_behind(self, text: str) -> None:
        """Puts the cursor behind the first such text."""
        place = self.page.evaluate(
            """async (text) => {
                const { EditorView } = await import("/static/vendor/codemirror.js");
                const root = document.getElementById("text").shadowRoot;
                const view = EditorView.findFromDOM(root.querySelector(".cm-editor"));
                const at = view.state.doc.toString().indexOf(text) + text.length;
                view.focus();
                view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
                return at;
            }""",
            text,
        )
        assert place >= len(text), f"there is no {text}"

    def type(self, text: str) -> None:
        """Types, and waits until the draft is what is shown."""
        with self.editor.settling():
            self.page.keyboard.type(text)
