/**
 * What the user still has to say when a command of the server is called without arguments, as the command palette does.
 * `ask` and `place` stand for the editor, of which this file knows nothing.
 */

export interface Place {
  /** The file in front of the user, as the server knows it. */
  readonly uri: string | undefined;
  readonly text: string;
  /** Codes of the faults that are shown in it. */
  readonly codes: readonly string[];
}

export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  readonly placeholder: string;
}

type Ask = (question: Question) => PromiseLike<string | undefined>;

/** The arguments for the server, or undefined where the user gave up or there is no file to work on. */
export async function completed(command: string, given: readonly unknown[], place: Place, ask: Ask): Promise<unknown[] | undefined> {
  if (given.length > 0 || command === "autofix.restart") {
    return [...given];
  }
  if (command === "autofix.explain") {
    const code = await explainedCode(place, ask);
    return code === undefined ? undefined : [code];
  }
  if (place.uri === undefined) {
    return undefined;
  }
  if (command === "autofix.setSampleShape") {
    const shape = await ask({
      title: "Sample shape",
      prompt: "The model is run on this shape. Leave it empty to write down the one that is used now.",
      value: writtenSample(place.text),
      placeholder: "64,3,32,32",
    });
    return shape === undefined ? undefined : shape.trim() === "" ? [place.uri] : [place.uri, shape.trim()];
  }
  return [place.uri];
}

async function explainedCode(place: Place, ask: Ask): Promise<string | undefined> {
  const [only, ...others] = new Set(place.codes);
  if (only !== undefined && others.length === 0) {
    return only;
  }
  const code = await ask({ title: "Explain a rule", prompt: "The code of a rule", value: only ?? "", placeholder: "AF101" });
  return code === undefined || code.trim() === "" ? undefined : code.trim().toUpperCase();
}

/** The shape of the file's comment `# autofix: sample-shape=...`, or nothing. */
export function writtenSample(text: string): string {
  return /^[ \t]*#[ \t]*autofix:[ \t]*sample-shape[ \t]*=[ \t]*(\S+)/m.exec(text)?.[1] ?? "";
}
