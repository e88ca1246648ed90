import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, type Place, type Question, writtenSample } from "../src/requests";

const URI = "file:///net.py";
const PLACE: Place = { uri: URI, text: "# autofix: sample-shape=8,3,32,32\nimport torch\n", codes: [] };
const NOWHERE: Place = { uri: undefined, text: "", codes: [] };

function fill(command: string, answer?: string, place = PLACE, given: readonly unknown[] = []): Promise<unknown[] | undefined> {
  return completed(command, given, place, () => Promise.resolve(answer));
}

test("given arguments pass as they are", async () => {
  assert.deepEqual(await fill("autofix.setSampleShape", "9", PLACE, ["file:///other.py"]), ["file:///other.py"]);
});

for (const command of ["autofix.runCheck", "autofix.showAlternatives", "autofix.trust"]) {
  test(`${command} works on the file in front`, async () => {
    assert.deepEqual(await fill(command), [URI]);
    assert.equal(await fill(command, undefined, NOWHERE), undefined);
  });
}

test("restarting needs no file", async () => {
  assert.deepEqual(await fill("autofix.restart", undefined, NOWHERE), []);
});

test("the shape is asked for, starting from the one that is written", async () => {
  const asked: Question[] = [];
  const answered = await completed("autofix.setSampleShape", [], PLACE, (question) => {
    asked.push(question);
    return Promise.resolve(" 64,3,32,32 ");
  });
  assert.deepEqual(answered, [URI, "64,3,32,32"]);
  assert.deepEqual(asked.map(({ value }) => value), ["8,3,32,32"]);
});

test("an empty shape is the one that is used now; giving up does nothing", async () => {
  assert.deepEqual(await fill("autofix.setSampleShape", ""), [URI]);
  assert.equal(await fill("autofix.setSampleShape", undefined), undefined);
});

const EXPLAINED = [
  { codes: ["AF101", "AF101"], answer: undefined, expected: ["AF101"] },
  { codes: ["AF101", "AF201"], answer: "af201", expected: ["AF201"] },
  { codes: [], answer: "AF301", expected: ["AF301"] },
  { codes: [], answer: " ", expected: undefined },
  { codes: [], answer: undefined, expected: undefined },
];

for (const { codes, answer, expected } of EXPLAINED) {
  test(`the rule to explain: shown ${codes.join(" ")}, answered ${answer ?? "nothing"}`, async () => {
    assert.deepEqual(await fill("autofix.explain", answer, { ...PLACE, codes }), expected);
  });
}

const COMMENTS = [
  ["# autofix: sample-shape=64,3,32,32", "64,3,32,32"],
  ["import torch\n  #autofix: sample-shape = int64:2,128@0..9\n", "int64:2,128@0..9"],
  ["x = 1", ""],
] as const;

for (const [text, expected] of COMMENTS) {
  test(`written sample of ${JSON.stringify(text)}`, () => {
    assert.equal(writtenSample(text), expected);
  });
}
