/** Starts the server with the first Python file, and gives the editor its commands and its entry in the status bar. */
import * as vscode from "vscode";
import { menu } from "./menu";
import { watchInterpreter } from "./python";
import { Server } from "./server";
import { appearance, StatusBoard } from "./status";

const COLOURS = {
  none: undefined,
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
};

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("autofix", { log: true });
  const board = new StatusBoard();
  const item = vscode.window.createStatusBarItem("autofix.status", vscode.StatusBarAlignment.Right, 90);
  item.name = "autofix";
  item.command = "autofix.showMenu";

  const show = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== "python") {
      item.hide();
      return;
    }
    const { text, tooltip, emphasis } = appearance(board.of(document.uri.toString()));
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = COLOURS[emphasis];
    item.show();
  };
  const server = new Server(output, (status, uri) => {
    board.record(status, uri);
    show();
  });

  const command = (name: string, run: () => unknown): vscode.Disposable => vscode.commands.registerCommand(name, run);
  context.subscriptions.push(
    output,
    item,
    server,
    command("autofix.startServer", () => server.start()),
    command("autofix.stopServer", () => server.stop()),
    command("autofix.restartServer", () => server.restart()),
    command("autofix.showOutput", () => {
      output.show();
    }),
    command("autofix.showMenu", () => menu(board.of(vscode.window.activeTextEditor?.document.uri.toString()))),
    vscode.window.onDidChangeActiveTextEditor(show),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      board.forget(uri.toString());
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("autofix.serverCommand")) {
        void server.commandChanged();
      }
    }),
  );
  show();
  await server.start();
  const watch = await watchInterpreter(() => void server.settingsChanged());
  if (watch !== undefined) {
    context.subscriptions.push(watch);
  }
}
