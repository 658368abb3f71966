// How the text view looks. Colours are the page's own variables, which reach into the shadow root, so light
// and dark follow the page; the stylesheet is adopted, so no policy stands in the way.

const squiggle = (colour) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "0.2em",
  paddingBottom: "0",
});

const marker = (sign, colour) => ({
  // The editor's own pictures are data: addresses, which the page's policy does not let in.
  content: "normal",
  "&::before": { content: `"${sign}"`, color: colour, fontWeight: "700", fontSize: "0.8125rem" },
});

const RULES = {
  "&": {
    fontSize: "0.875rem",
    color: "var(--text)",
    flex: "1 1 auto",
    minHeight: "0",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.5rem 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  ".cm-line": { padding: "0 0.5rem 0 0.375rem" },
  ".cm-gutters": {
    backgroundColor: "var(--sunk)",
    color: "var(--text2)",
    border: "0",
  },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.375rem 0 0.25rem", minWidth: "1.75rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--sunk) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--sunk)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-chosen)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--code-found)" },
  ".cm-searchMatch-selected, .cm-selectionMatch": { backgroundColor: "var(--code-chosen)" },
  ".lw-comment": { color: "var(--warn)" },
  ".lw-text": { color: "var(--good)" },
  ".lw-number": { color: "var(--bad)" },
  ".lw-word": { color: "var(--accent-text)", fontWeight: "600" },
  ".lw-function": { color: "var(--accent-text)" },
  ".lw-sign": { color: "var(--text2)" },
  ".lw-chosen": { backgroundColor: "color-mix(in srgb, var(--accent-text) 10%, transparent)" },

  // --- what is wrong -----------------------------------------------------------------------------
  ".cm-lintRange-error": squiggle("var(--bad)"),
  ".cm-lintRange-warning": squiggle("var(--warn)"),
  ".cm-lintRange-info": squiggle("var(--text2)"),
  ".cm-lintRange-active": { backgroundColor: "var(--bad-soft)" },
  ".cm-gutter-lint": { width: "1rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0", textAlign: "center" },
  ".cm-lint-marker": { width: "auto", height: "auto" },
  ".cm-lint-marker-error": marker("✗", "var(--bad)"),
  ".cm-lint-marker-warning": marker("!", "var(--warn)"),
  ".cm-lint-marker-info": marker("i", "var(--text2)"),
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", borderLeft: "0.25rem solid var(--text2)", marginLeft: "0" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },

  // --- what pops up ------------------------------------------------------------------------------
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--edge)",
    borderRadius: "0.375rem",
    boxShadow: "0 0.25rem 1rem rgb(0 0 0 / 0.2)",
    font: "0.875rem/1.45 system-ui, sans-serif",
    maxWidth: "min(28rem, calc(100vw - 1rem))",
    overflowWrap: "anywhere",
    zIndex: "30",
  },
  ".lw-words": { padding: "0.5rem 0.625rem", display: "grid", gap: "0.25rem" },
  ".lw-words p, .lw-said p": { margin: "0" },
  ".lw-said .cm-button": { margin: "0.375rem 0.25rem 0 0", padding: "0.125rem 0.5rem", backgroundImage: "none" },
  ".lw-quiet": { color: "var(--text2)" },
  ".cm-tooltip.cm-tooltip-autocomplete": {
    "& > ul": { fontFamily: "inherit", maxHeight: "16rem", minWidth: "12rem", maxWidth: "inherit" },
    "& > ul > li": {
      padding: "0.25rem 0.5rem",
      display: "flex",
      gap: "0.25rem 0.75rem",
      alignItems: "baseline",
      minHeight: "1.5rem",
    },
    "& > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-on)" },
  },
  ".cm-completionLabel": { fontFamily: "var(--mono)", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": {
    marginLeft: "auto",
    fontStyle: "normal",
    color: "var(--text2)",
    fontSize: "0.8125rem",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },

  // --- search, and the list of problems ----------------------------------------------------------
  ".cm-panels": {
    backgroundColor: "var(--sunk)",
    color: "var(--text)",
    font: "0.875rem/1.5 system-ui, sans-serif",
  },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.5rem" },
  ".cm-panel.cm-search label": { fontSize: "0.875rem" },
  ".cm-textfield, .cm-button": {
    font: "inherit",
    color: "var(--text)",
    background: "var(--surface)",
    border: "1px solid var(--edge)",
    borderRadius: "0.25rem",
    minHeight: "1.75rem",
    maxWidth: "100%",
  },
  ".cm-panel button[name=close]": { color: "var(--text)", minWidth: "1.5rem", minHeight: "1.5rem" },
  ".cm-panel.cm-panel-lint ul": { maxHeight: "8rem", paddingRight: "1.75rem" },
  ".cm-panel.cm-panel-lint ul:focus": { outlineOffset: "-3px" },
  ".cm-panel.cm-panel-lint ul [aria-selected], .cm-panel.cm-panel-lint ul:focus [aria-selected]": {
    background: "var(--surface)",
    color: "var(--text)",
  },
};

export const theme = ({ EditorView }) => EditorView.theme(RULES);

/** What stands around the editor in its shadow root. */
export const AROUND = `
  :host { display: block; min-width: 0;
    --code-chosen: light-dark(#cfe0ff, #233a66); --code-found: light-dark(#ffe9a8, #453810); }
  .bar { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; margin-bottom: 0.5rem; }
  .bar button { min-height: 2rem; padding: 0.125rem 0.75rem; font: inherit; font-size: 0.875rem; cursor: pointer;
    background: var(--surface); color: var(--text); border: 1px solid var(--edge); border-radius: 0.375rem; }
  .bar button:hover { background: var(--sunk); }
  .bar button[hidden] { display: none; }
  .bar button.wrong { color: var(--bad); border-color: currentcolor; }
  .bar p { margin: 0 0 0 auto; color: var(--text2); font-size: 0.8125rem; }
  .box { display: flex; flex-direction: column; max-height: var(--text-height, 75vh); background: var(--surface);
    border: 1px solid var(--edge); border-radius: 0.5rem; overflow: hidden; }
  .box:has(.cm-focused) { outline: 3px solid var(--accent-text); outline-offset: 1px; }
  .editor { display: flex; flex-direction: column; flex: 1 1 auto; min-height: 0; }
  .words { flex: none; margin: 0; padding: 0.375rem 0.625rem; min-height: calc(3em + 0.75rem); max-height: 9em;
    overflow-y: auto; font-size: 0.875rem; line-height: 1.5; color: var(--text2); background: var(--sunk);
    border-top: 1px solid var(--line); overflow-wrap: anywhere; }
  kbd { font: inherit; font-weight: 600; }
  :focus-visible { outline: 3px solid var(--accent-text); outline-offset: 2px; }
`;
