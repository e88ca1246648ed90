/** The menu behind the entry in the status bar. */
import * as vscode from "vscode";
import { appearance, type Status } from "./status";

interface Entry extends vscode.QuickPickItem {
  readonly command: readonly [name: string, ...given: unknown[]];
}

export async function menu(status: Status): Promise<void> {
  const chosen = await vscode.window.showQuickPick(entries(status), { title: appearance(status).tooltip });
  if (chosen !== undefined) {
    const [name, ...given] = chosen.command;
    await vscode.commands.executeCommand(name, ...given);
  }
}

function entries({ state }: Status): Entry[] {
  const work: Entry[] = [
    { label: "$(play) Run check", command: ["autofix.runCheck"] },
    { label: "$(symbol-ruler) Set sample shape...", command: ["autofix.setSampleShape"] },
    { label: "$(list-selection) Show other repairs", command: ["autofix.showAlternatives"] },
  ];
  const trust: Entry = { label: "$(shield) Manage workspace trust", command: ["workbench.trust.manage"] };
  const start: Entry = { label: "$(debug-start) Start server", command: ["autofix.startServer"] };
  const restart: Entry = { label: "$(debug-restart) Restart server", command: ["autofix.restartServer"] };
  const always: Entry[] = [
    { label: "$(output) Show output", command: ["autofix.showOutput"] },
    { label: "$(gear) Settings", command: ["workbench.action.openSettings", "@ext:autofix.torch-autofix"] },
  ];
  if (state === "stopped" || state === "failed") {
    return [start, restart, ...always];
  }
  return state === "untrusted" ? [trust, restart, ...always] : [...work, restart, ...always];
}
