import assert from "node:assert/strict";
import { test } from "node:test";
import { appearance, readStatus, STATES, StatusBoard } from "../src/status";

test("every state looks different", () => {
  const texts = STATES.map((state) => appearance({ state, message: "" }).text);
  assert.equal(new Set(texts).size, STATES.length);
});

test("the message is in the tooltip", () => {
  assert.equal(appearance({ state: "faults", message: "1 fault" }).tooltip, "autofix: 1 fault");
  assert.equal(appearance({ state: "idle", message: "" }).tooltip, "autofix");
});

test("faults and failures stand out, the rest does not", () => {
  const emphases = STATES.map((state) => [state, appearance({ state, message: "" }).emphasis] as const);
  const loud = emphases.filter(([, emphasis]) => emphasis !== "none");
  assert.deepEqual(loud, [["faults", "warning"], ["failed", "error"]]);
});

test("a notification is read", () => {
  const read = readStatus({ state: "faults", message: "1 fault", uri: "file:///a.py" });
  assert.deepEqual(read, { status: { state: "faults", message: "1 fault" }, uri: "file:///a.py" });
  assert.deepEqual(readStatus({ state: "idle", uri: null }), { status: { state: "idle", message: "" }, uri: undefined });
});

for (const wrong of [undefined, null, "idle", 3, {}, { state: "dancing" }, { state: 1 }]) {
  test(`a notification that says nothing known is dropped: ${JSON.stringify(wrong)}`, () => {
    assert.equal(readStatus(wrong), undefined);
  });
}

test("each file has its own status until one comes that holds for all", () => {
  const board = new StatusBoard();
  assert.equal(board.of("file:///a.py").state, "stopped");
  board.record({ state: "idle", message: "" });
  board.record({ state: "faults", message: "" }, "file:///a.py");
  assert.deepEqual(["file:///a.py", "file:///b.py", undefined].map((uri) => board.of(uri).state), ["faults", "idle", "idle"]);
  board.record({ state: "stopped", message: "" });
  assert.equal(board.of("file:///a.py").state, "stopped");
});

test("a closed file is forgotten", () => {
  const board = new StatusBoard();
  board.record({ state: "faults", message: "" }, "file:///a.py");
  board.forget("file:///a.py");
  assert.equal(board.of("file:///a.py").state, "stopped");
});
