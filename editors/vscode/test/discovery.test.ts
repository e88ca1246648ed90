import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";
import { findServer, type Surroundings } from "../src/discovery";

const FOLDER = "/project";

function find(files: readonly string[], changed: Partial<Surroundings> = {}): string | undefined {
  const found = findServer({
    configured: [],
    trusted: true,
    python: undefined,
    folders: [FOLDER],
    environment: {},
    home: "/me",
    windows: false,
    isFile: (file) => files.includes(file),
    ...changed,
  });
  return found === undefined ? undefined : [found.command, ...found.args].join(" ");
}

const EVERYWHERE = ["/env/bin/autofix", "/project/.venv/bin/autofix", "/project/venv/bin/autofix", "/active/bin/autofix", "/usr/bin/autofix"];
const environment = { VIRTUAL_ENV: "/active", PATH: "relative:/nothing:/usr/bin" };

test("places are asked in the order of how surely they are meant", () => {
  const order: (string | undefined)[] = [];
  for (let left = EVERYWHERE; left.length > 0; left = left.slice(1)) {
    order.push(find(left, { python: "/env/bin/python", environment }));
  }
  assert.deepEqual(order, EVERYWHERE.map((file) => `${file} lsp`));
});

test("nowhere is no answer", () => {
  assert.equal(find([], { python: "/env/bin/python", environment }), undefined);
});

test("the setting wins, unseen, with its own arguments or with ours", () => {
  assert.equal(find(EVERYWHERE, { configured: ["/opt/autofix"] }), "/opt/autofix lsp");
  assert.equal(find([], { configured: ["/env/bin/python", "-m", "autofix", "lsp"] }), "/env/bin/python -m autofix lsp");
  assert.equal(find([], { configured: ["~/tools/autofix"] }), "/me/tools/autofix lsp");
});

const OF_THE_WORKSPACE = ["/project/.venv/bin/autofix", "/project/venv/bin/autofix", "/project/bin/autofix"];

test("nothing that an untrusted workspace brings along is started", () => {
  const untrusted = { trusted: false, python: "/project/.venv/bin/python", environment: { VIRTUAL_ENV: "/project/venv", PATH: "/project/bin" } };
  assert.equal(find(OF_THE_WORKSPACE, untrusted), undefined);
  assert.equal(find([...OF_THE_WORKSPACE, "/usr/bin/autofix"], { ...untrusted, environment }), "/usr/bin/autofix lsp");
});

test("a neighbour whose name begins like the workspace's is no part of it", () => {
  assert.equal(find(["/project-tools/bin/autofix"], { trusted: false, environment: { PATH: "/project-tools/bin" } }), "/project-tools/bin/autofix lsp");
});

test("programs have other names on Windows", () => {
  const file = path.join("/project/.venv/Scripts", "autofix.exe");
  assert.equal(find([file], { windows: true }), `${file} lsp`);
});
