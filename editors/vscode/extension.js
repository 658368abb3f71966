// Starts the language server of Leadwright for files of rules, once the folder is trusted.

const path = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function serverOptions() {
  const settings = vscode.workspace.getConfiguration("leadwright");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const written = settings.get("command");
  // A name alone is looked for on the PATH, a path from the folder that is open.
  const command = folder && /[\\/]/.test(written) ? path.resolve(folder, written) : written;
  return { command, args: ["lsp", ...settings.get("arguments")], options: { cwd: folder } };
}

async function start() {
  if (!vscode.workspace.isTrusted) return;
  client = new LanguageClient("leadwright", "Leadwright", serverOptions(), {
    documentSelector: [{ language: "leadwright" }],
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const hint = "Install it with: pip install 'leadwright[lsp]', or name it in the setting leadwright.command.";
    vscode.window.showErrorMessage(`Leadwright's language server did not start: ${error.message}. ${hint}`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running) await running.stop();
}

async function restart() {
  await stop();
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("leadwright.restart", restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("leadwright")) return restart();
    }),
  );
  await start();
};

exports.deactivate = stop;
