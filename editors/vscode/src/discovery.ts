/** Where the server is: the command that starts it. Knows nothing of the editor; the file system is asked through `isFile`. */
import * as path from "node:path";

export interface Surroundings {
  /** The setting `autofix.serverCommand`. */
  readonly configured: readonly string[];
  /** Whether programs that lie in the workspace may be started. */
  readonly trusted: boolean;
  /** The interpreter of the setting or of the Python extension, if any. */
  readonly python: string | undefined;
  readonly folders: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly windows: boolean;
  readonly isFile: (path: string) => boolean;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Why this one, for the log. */
  readonly origin: string;
}

/** The first place that has a server, or undefined. */
export function findServer(around: Surroundings): Command | undefined {
  const [program, ...args] = around.configured;
  if (program !== undefined && program !== "") {
    return { command: withHome(program, around.home), args: args.length > 0 ? args : ["lsp"], origin: "the setting autofix.serverCommand" };
  }
  for (const [folder, origin] of places(around)) {
    const command = path.join(folder, around.windows ? "autofix.exe" : "autofix");
    if (around.isFile(command)) {
      return { command, args: ["lsp"], origin };
    }
  }
  return undefined;
}

function* places(around: Surroundings): Generator<[folder: string, origin: string]> {
  const programs = around.windows ? "Scripts" : "bin";
  const found: [string, string][] = [];
  if (around.python !== undefined) {
    found.push([path.dirname(around.python), "the selected interpreter"]);
  }
  for (const folder of around.folders) {
    found.push([path.join(folder, ".venv", programs), "the environment of the workspace"], [path.join(folder, "venv", programs), "the environment of the workspace"]);
  }
  const active = around.environment.VIRTUAL_ENV;
  if (active !== undefined && active !== "") {
    found.push([path.join(active, programs), "VIRTUAL_ENV"]);
  }
  const search = around.environment.PATH ?? around.environment.Path ?? "";
  for (const folder of search.split(around.windows ? ";" : ":").filter((entry) => path.isAbsolute(entry))) {
    found.push([folder, "the PATH"]);
  }
  // A program that a folder brings along is code of that folder.
  yield* around.trusted ? found : found.filter(([place]) => !around.folders.some((folder) => isWithin(place, folder)));
}

function isWithin(place: string, folder: string): boolean {
  const way = path.relative(folder, place);
  return way === "" || (!way.startsWith("..") && !path.isAbsolute(way));
}

function withHome(program: string, home: string): string {
  return program.startsWith("~/") ? path.join(home, program.slice(2)) : program;
}
