// What the text view uses of CodeMirror, as one module. Naming it one by one keeps the rest out.
export {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  selectedCompletionIndex,
  startCompletion,
} from "@codemirror/autocomplete";
export { defaultKeymap, indentWithTab } from "@codemirror/commands";
export { forEachDiagnostic, lintGutter, lintKeymap, openLintPanel, setDiagnostics } from "@codemirror/lint";
export { search, searchKeymap } from "@codemirror/search";
export {
  Annotation,
  ChangeSet,
  EditorState,
  Prec,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from "@codemirror/state";
export {
  Decoration,
  EditorView,
  ViewPlugin,
  drawSelection,
  dropCursor,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
