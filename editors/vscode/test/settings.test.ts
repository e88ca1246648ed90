import assert from "node:assert/strict";
import { test } from "node:test";
import { initializationOptions, SERVER_SETTINGS, serverSettings } from "../src/settings";

test("what is left empty is left to the server", () => {
  const settings = { run: "onSave", python: "", timeLimit: null, memoryLimit: undefined, debounce: 0, codeLens: false };
  assert.deepEqual(serverSettings(settings), { run: "onSave", debounce: 0, codeLens: false });
});

test("the extension's own settings stay here", () => {
  assert.deepEqual(serverSettings({ serverCommand: ["autofix"], run: "never" }), { run: "never" });
});

const INTERPRETERS = [
  { python: "", selected: "/env/bin/python", expected: "/env/bin/python" },
  { python: "/mine/bin/python", selected: "/env/bin/python", expected: "/mine/bin/python" },
  { python: "", selected: undefined, expected: undefined },
];

for (const { python, selected, expected } of INTERPRETERS) {
  test(`interpreter: setting '${python}', selected ${selected ?? "none"}`, () => {
    assert.equal(serverSettings({ python }, selected).python, expected);
  });
}

test("trust is said in both directions", () => {
  const read = (name: string): unknown => (name === "run" ? "onChange" : undefined);
  assert.deepEqual(initializationOptions(read, false), { workspaceTrust: false, status: true, settings: { run: "onChange" } });
  assert.deepEqual(initializationOptions(read, true, "/env/bin/python"), {
    workspaceTrust: true,
    status: true,
    settings: { run: "onChange", python: "/env/bin/python" },
  });
});

test("every setting is asked for", () => {
  const asked: string[] = [];
  initializationOptions((name) => asked.push(name), true);
  assert.deepEqual(asked, [...SERVER_SETTINGS]);
});
