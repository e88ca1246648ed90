/** The menu behind the entry in the status bar. */
import * as vscode from "vscode";
import { appearance, type Status } from "./status";

interface Entry extends vscode.QuickPickItem {
  readonly command: readonly [name: string, ...given: unknown[]];
}

export async function menu(status: Status): Promise<void> {
  const chosen = await vscode.window.showQuickPick(entries(status, vscode.workspace.isTrusted), { title: appearance(status).tooltip });
  if (chosen !== undefined) {
    const [name, ...given] = chosen.command;
    await vscode.commands.executeCommand(name, ...given);
  }
}

function entries({ state }: Status, trusted: boolean): Entry[] {
  const work: Entry[] = [
    { label: "$(play) Run check", command: ["autofix.runCheck"] },
    { label: "$(symbol-ruler) Set sample shape...", command: ["autofix.setSampleShape"] },
    { label: "$(list-selection) Show other repairs", command: ["autofix.showAlternatives"] },
  ];
  const trust: Entry = { label: "$(shield) Manage workspace trust", command: ["workbench.trust.manage"] };
  const running = state !== "stopped" && state !== "failed";
  return [
    ...(trusted ? (running ? work : []) : [trust]),
    running
      ? { label: "$(debug-restart) Restart server", command: ["autofix.restartServer"] }
      : { label: "$(debug-start) Start server", command: ["autofix.restartServer"] },
    { label: "$(output) Show output", command: ["autofix.showOutput"] },
    { label: "$(gear) Settings", command: ["workbench.action.openSettings", "@ext:autofix.torch-autofix"] },
  ];
}
