// What VS Code's own engine makes of texts: for each file named, where its keywords stand, in halves of UTF-16.

const fs = require("node:fs");
const path = require("node:path");

const [extension, ...files] = process.argv.slice(2);
const modules = path.join(extension, "node_modules");
const { Registry, INITIAL, parseRawGrammar } = require(path.join(modules, "vscode-textmate"));
const oniguruma = require(path.join(modules, "vscode-oniguruma"));

const GRAMMAR = path.join(extension, "syntaxes/leadwright.tmLanguage.json");

function keywords(grammar, text) {
  const found = [];
  let state = INITIAL;
  let start = 0;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const is = scopes.some((scope) => /^keyword\.(control|other)/.test(scope));
      for (let at = startIndex; is && at < endIndex; at++) found.push(start + at);
    }
    start += line.length + 1;
  }
  return found;
}

async function main() {
  const wasm = fs.readFileSync(path.join(modules, "vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(GRAMMAR, "utf8"), GRAMMAR),
  });
  const grammar = await registry.loadGrammar("source.leadwright");
  const made = files.map((file) => [file, keywords(grammar, fs.readFileSync(file, "utf8"))]);
  process.stdout.write(JSON.stringify(Object.fromEntries(made)));
}

main();
