/** The server's life: found, started, stopped and started again, one step after the other. */
import * as fs from "node:fs";
import * as os from "node:os";
import type { Readable } from "node:stream";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import { type Command, findServer } from "./discovery";
import { selectedInterpreter } from "./python";
import { completed, type Place } from "./requests";
import { initializationOptions, serverSettings, type Settings } from "./settings";
import { readStatus, type Status } from "./status";

const SECTION = "autofix";
/** The context key by which the palette hides what needs a running server. */
const RUNNING = "autofix.running";
const REMEMBERED_LINES = 60;

export type Report = (status: Status, uri?: string) => void;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private command: string | undefined;
  private step: Promise<void> = Promise.resolve();

  constructor(
    private readonly output: vscode.LogOutputChannel,
    private readonly report: Report,
  ) {}

  start(): Promise<void> {
    return this.then(() => this.startNow());
  }

  stop(): Promise<void> {
    return this.then(() => this.stopNow());
  }

  restart(): Promise<void> {
    return this.then(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** Starts again if the settings now name another command. Trust lifts restrictions of settings too, so this comes often. */
  commandChanged(): Promise<void> {
    return this.then(async () => {
      const python = await interpreter(vscode.workspace.workspaceFolders?.[0]?.uri);
      const command = findServer(surroundings(python));
      if (command === undefined || written(command) !== this.command) {
        await this.stopNow();
        await this.startNow();
      }
    });
  }

  /** Tells the server to ask for its settings again, for a change that is none of the editor's settings. */
  async settingsChanged(): Promise<void> {
    if (this.client?.state === State.Running) {
      await this.client.sendNotification("workspace/didChangeConfiguration", { settings: null });
    }
  }

  dispose(): Promise<void> {
    return this.stop();
  }

  /** Steps never overlap: a start while a stop is under way waits for it. */
  private then(step: () => Promise<void>): Promise<void> {
    this.step = this.step.then(step, step);
    return this.step;
  }

  private async startNow(): Promise<void> {
    if (this.client !== undefined) {
      return;
    }
    this.report({ state: "starting", message: "" });
    const python = await interpreter(vscode.workspace.workspaceFolders?.[0]?.uri);
    const command = findServer(surroundings(python));
    if (command === undefined) {
      this.missing(python);
      return;
    }
    this.command = written(command);
    this.output.info(`starting ${this.command} (${command.origin})`);
    const client = this.created(command, python);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.output.error(error instanceof Error ? error.message : String(error));
      this.client = undefined;
      await client.dispose().catch(() => undefined); // It never ran, so there may be nothing to end.
      this.report({ state: "failed", message: `${command.command} did not start` });
      void offerOutput(`autofix: ${command.command} did not start as a language server.`, this.output);
    }
  }

  private missing(python: string | undefined): void {
    if (!vscode.workspace.isTrusted) {
      // It may well be in the workspace, where it is not looked for yet.
      this.report({ state: "untrusted", message: "" });
      return;
    }
    this.report({ state: "failed", message: "the command `autofix` was not found" });
    void offerInstallation(python);
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.command = undefined;
    await client?.dispose();
    this.report({ state: "stopped", message: "" });
  }

  private created(command: Command, python: string | undefined): LanguageClient {
    const errors = new ErrorLines(this.output);
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: "file", language: "python" },
        { scheme: "vscode-notebook-cell", language: "python" },
      ],
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => initializationOptions(settingOf, vscode.workspace.isTrusted, python),
      stdioOptions: { stdout: ignored, stderr: errors.read },
      markdown: { isTrusted: { enabledCommands: ["autofix.runCheck", "autofix.explain", "autofix.showAlternatives", "autofix.setSampleShape"] } },
      middleware: {
        executeCommand: (name, given: unknown[], next) => executed(name, given, next),
        workspace: {
          configuration: async (parameters, token, next) => {
            const answers = await next(parameters, token);
            return Array.isArray(answers) ? await Promise.all(answers.map((answer: unknown, index) => withInterpreter(answer, parameters.items[index]))) : answers;
          },
        },
      },
    };
    const client = new LanguageClient(SECTION, "autofix", { command: command.command, args: [...command.args] }, options);
    client.onNotification("autofix/status", (parameters: unknown) => {
      const read = readStatus(parameters);
      if (read !== undefined) {
        this.report(read.status, read.uri);
      }
    });
    client.onDidChangeState(({ newState }) => {
      void vscode.commands.executeCommand("setContext", RUNNING, newState === State.Running);
      errors.quiet = newState === State.Running;
      if (newState === State.Running) {
        this.report({ state: "idle", message: "" });
      } else if (newState === State.Stopped && this.client === client) {
        errors.flush();
        this.report({ state: "failed", message: "the server ended" });
      }
    });
    return client;
  }
}

/**
 * What the server writes to stderr. While it runs, that is its log once more, which the client has already; only when it
 * fails to start or ends unasked are the last lines worth reading.
 */
class ErrorLines {
  quiet = false;
  private last: string[] = [];

  constructor(private readonly output: vscode.LogOutputChannel) {}

  readonly read = (stream: Readable): void => {
    stream.setEncoding("utf-8");
    stream.on("data", (text: string) => {
      this.last = [...this.last, ...text.split("\n").filter((line) => line.trim() !== "")].slice(-REMEMBERED_LINES);
      if (!this.quiet) {
        this.flush();
      }
    });
  };

  flush(): void {
    for (const line of this.last) {
      this.output.error(line);
    }
    this.last = [];
  }
}

/** stdout is the protocol's; nothing else may read it. */
function ignored(): void {
  return;
}

function surroundings(python: string | undefined): Parameters<typeof findServer>[0] {
  return {
    configured: vscode.workspace.getConfiguration(SECTION).get<string[]>("serverCommand", []),
    trusted: vscode.workspace.isTrusted,
    python,
    folders: (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
    environment: process.env,
    home: os.homedir(),
    windows: process.platform === "win32",
    isFile: (path) => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true,
  };
}

function written(command: Command): string {
  return [command.command, ...command.args].join(" ");
}

function settingOf(name: string): unknown {
  return vscode.workspace.getConfiguration(SECTION).get(name);
}

/** The setting wins over what is selected in the Python extension. */
async function interpreter(resource: vscode.Uri | undefined): Promise<string | undefined> {
  const configured = vscode.workspace.getConfiguration(SECTION, resource ?? null).get<string>("python", "");
  return configured === "" ? await selectedInterpreter(resource) : configured;
}

async function withInterpreter(answer: unknown, item: { section?: string; scopeUri?: string } | undefined): Promise<unknown> {
  if (item?.section !== SECTION || typeof answer !== "object" || answer === null) {
    return answer;
  }
  const resource = item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri);
  return serverSettings(answer as Settings, await interpreter(resource));
}

async function executed(name: string, given: unknown[], next: (name: string, given: unknown[]) => vscode.ProviderResult<unknown>): Promise<unknown> {
  if (name === "autofix.trust" && !vscode.workspace.isTrusted) {
    return await vscode.commands.executeCommand("workbench.trust.manage"); // The editor's own trust is what counts here.
  }
  const complete = await completed(name, given, place(), ({ title, prompt, value, placeholder }) =>
    vscode.window.showInputBox({ title, prompt, value, placeHolder: placeholder }),
  );
  if (complete === undefined) {
    return undefined;
  }
  const answer = await next(name, complete);
  const message = (answer as { message?: unknown } | null | undefined)?.message;
  if (name === "autofix.runCheck" && typeof message === "string") {
    vscode.window.setStatusBarMessage(`autofix: ${message}`, 8000);
  }
  return answer;
}

function place(): Place {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "python") {
    return { uri: undefined, text: "", codes: [] };
  }
  const codes = vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ source }) => source === "autofix")
    .map(({ code }) => (typeof code === "object" ? code.value : code))
    .filter((code) => code !== undefined);
  return { uri: document.uri.toString(), text: document.getText(), codes: codes.map(String) };
}

async function offerInstallation(python: string | undefined): Promise<void> {
  const [install, choose] = ["Install in Terminal", "Open Settings"];
  const chosen = await vscode.window.showErrorMessage(
    "autofix: the command `autofix` was not found beside the selected interpreter, in an environment of the workspace or on the PATH.",
    install,
    choose,
  );
  if (chosen === install) {
    const terminal = vscode.window.createTerminal("Install autofix");
    terminal.show();
    // Typed, not run: installing is the user's decision, and only the user knows where the source lies.
    terminal.sendText(`"${python ?? "python"}" -m pip install "PATH_TO_THE_SOURCE_OF_AUTOFIX[lsp]"`, false);
  } else if (chosen === choose) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "autofix.serverCommand");
  }
}

async function offerOutput(message: string, output: vscode.LogOutputChannel): Promise<void> {
  const show = "Show Output";
  if ((await vscode.window.showErrorMessage(message, show)) === show) {
    output.show();
  }
}
