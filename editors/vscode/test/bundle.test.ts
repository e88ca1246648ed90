/** The bundle, loaded as the editor loads it, with something that answers for the `vscode` module. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Module from "node:module";
import * as path from "node:path";
import { test } from "node:test";

interface Manifest {
  readonly main: string;
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

const FOLDER = path.resolve(__dirname, "../..");
const MANIFEST = JSON.parse(readFileSync(path.join(FOLDER, "package.json"), "utf-8")) as Manifest;
/** Commands of the server; the language client registers them once it runs. */
const OF_THE_SERVER = ["runCheck", "setSampleShape", "showAlternatives", "explain", "trust", "restart"].map((name) => `autofix.${name}`);

/** Any name of the editor's interface: callable, constructible, and everything in it is the same again. */
function anything(): unknown {
  const target = function (): undefined {
    return undefined;
  };
  const prototype: unknown = target.prototype;
  return new Proxy(target, {
    // A class that the bundle derives from needs a real prototype, and a promise must not be mistaken for one.
    get: (_, name) => (name === "prototype" ? prototype : name === "then" ? undefined : name === Symbol.toPrimitive ? () => "" : anything()),
    set: () => true,
    apply: anything,
    construct: () => anything() as object,
  });
}

/** An object with `known` in it, and anything under every other name. */
function completedBy(known: object): object {
  const named: object = new Proxy(known, {
    get: (target, name) => (name in target ? Reflect.get(target, name) : anything()) as unknown,
    // The bundle copies the module's own names and finds the others through the prototype.
    getPrototypeOf: () => inherited,
  });
  const inherited = new Proxy({}, { get: (_, name) => Reflect.get(named, name) as unknown });
  return named;
}

function editor(registered: string[], messages: string[]): object {
  return completedBy({
    commands: {
      registerCommand: (name: string) => {
        registered.push(name);
        return { dispose: () => undefined };
      },
      executeCommand: () => Promise.resolve(undefined),
    },
    workspace: completedBy({
      isTrusted: true,
      workspaceFolders: [],
      getConfiguration: () => ({ get: (_name: string, fallback: unknown) => fallback }),
    }),
    window: completedBy({
      activeTextEditor: undefined,
      showErrorMessage: (text: string) => {
        messages.push(text);
        return Promise.resolve(undefined);
      },
    }),
    extensions: { getExtension: () => undefined },
  });
}

interface Loader {
  _load: (request: string, ...rest: unknown[]) => unknown;
}

test("the bundle loads, registers its commands and says what is missing", async () => {
  const registered: string[] = [];
  const messages: string[] = [];
  const stub = editor(registered, messages);
  const loader = Module as unknown as Loader;
  const load = loader._load;
  const search = process.env.PATH;
  loader._load = (request, ...rest) => (request === "vscode" ? stub : load(request, ...rest));
  process.env.PATH = "";
  delete process.env.VIRTUAL_ENV;
  try {
    const extension = load(path.join(FOLDER, MANIFEST.main), module, false) as { activate: (context: unknown) => Promise<void> };
    await extension.activate({ subscriptions: [] });
  } finally {
    loader._load = load;
    process.env.PATH = search;
  }
  const contributed = MANIFEST.contributes.commands.map(({ command }) => command);
  assert.deepEqual([...registered, ...OF_THE_SERVER].sort(), contributed.sort());
  assert.equal(messages.length, 1);
  assert.match(messages[0] ?? "", /was not found/);
});
