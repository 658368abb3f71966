// Activates the extension where VS Code and its client are stood in for, and prints what it asks of them as JSON.

const Module = require("node:module");
const path = require("node:path");

const [extension, command, trusted] = process.argv.slice(2);
const asked = { started: [], errors: [], commands: [] };
const nothing = () => ({ dispose() {} });

const vscode = {
  workspace: {
    isTrusted: trusted === "trusted",
    workspaceFolders: [{ uri: { fsPath: "/project" } }],
    getConfiguration: () => ({ get: (name) => ({ command, arguments: ["--db", "l.db"] })[name] }),
    onDidGrantWorkspaceTrust: nothing,
    onDidChangeConfiguration: nothing,
  },
  window: { showErrorMessage: (text) => asked.errors.push(text) },
  commands: { registerCommand: (name) => (asked.commands.push(name), nothing()) },
};

class LanguageClient {
  constructor(id, name, server, client) {
    Object.assign(this, { server, client });
  }
  async start() {
    if (command === "missing") throw new Error("spawn missing ENOENT");
    asked.started.push([this.server, this.client]);
  }
  async stop() {}
}

const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === "vscode") return vscode;
  return name === "vscode-languageclient/node" ? { LanguageClient } : load(name, ...rest);
};

const { activate } = require(path.join(extension, "extension.js"));
activate({ subscriptions: [] }).then(() => process.stdout.write(JSON.stringify(asked)));
