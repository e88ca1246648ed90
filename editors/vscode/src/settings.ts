/** The settings that the server knows, and what it is told when it starts. Knows nothing of the editor. */

/** Names of the settings that go to the server, as docs/lsp.md lists them; `serverCommand` is the extension's own. */
export const SERVER_SETTINGS = [
  "run",
  "python",
  "debounce",
  "inlayHints",
  "codeLens",
  "timeLimit",
  "memoryLimit",
  "allowNetwork",
  "logLevel",
] as const;

export type Settings = Record<string, unknown>;

export interface InitializationOptions {
  readonly workspaceTrust: boolean;
  readonly status: true;
  readonly settings: Settings;
}

/** `read` gives the value of one setting, without its section. */
export function initializationOptions(read: (name: string) => unknown, trusted: boolean, python?: string): InitializationOptions {
  const settings = Object.fromEntries(SERVER_SETTINGS.map((name) => [name, read(name)]));
  return { workspaceTrust: trusted, status: true, settings: serverSettings(settings, python) };
}

/**
 * One folder's settings as the server gets them: what is left empty is left out, so that the server's own order of
 * preference counts, and the interpreter selected elsewhere in the editor stands in for an empty `python`.
 */
export function serverSettings(settings: Settings, python?: string): Settings {
  const named = Object.entries(settings).filter(
    ([name, value]) => (SERVER_SETTINGS as readonly string[]).includes(name) && value !== "" && value !== null && value !== undefined,
  );
  const given = Object.fromEntries(named);
  return "python" in given || python === undefined ? given : { ...given, python };
}
