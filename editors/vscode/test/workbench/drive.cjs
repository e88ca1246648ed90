// A user's way through the workbench, by mouse and keyboard, with a picture of each step.
// Arguments: address, the file that is opened, the file that it must equal in the end, folder for the pictures.
const { readFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { chromium } = require("playwright-core");

const [address, file, expected, pictures] = process.argv.slice(2);
const PATIENCE_MS = 60_000;

async function main() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await opened(page);
    await restricted(page);
    await trusted(page);
    await hovered(page);
    await repaired(page);
  } finally {
    await browser.close();
  }
}

async function opened(page) {
  for (let tries = 0; ; tries += 1) {
    try {
      await page.goto(address);
      break;
    } catch (error) {
      if (tries > 60) throw error;
      await page.waitForTimeout(500);
    }
  }
  await page.waitForSelector(".monaco-workbench .statusbar-item");
  await page.keyboard.press("Control+B"); // The side bar takes room and says nothing here.
  await page.keyboard.press("Control+P");
  await page.waitForSelector(".quick-input-widget input");
  await page.keyboard.type(basename(file));
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".view-line");
}

async function restricted(page) {
  await page.waitForSelector('.statusbar-item[id="status.workspaceTrust"], .statusbar-item[id*="workspaceTrust"]');
  const entry = await page.waitForSelector('.statusbar-item[id*="autofix"]');
  await page.waitForTimeout(4000); // Time in which a run would show.
  demand((await page.$$(".squiggly-error")).length === 0, "a squiggle in Restricted Mode");
  await picture(page, "restricted");
  await entry.click();
  await page.waitForSelector(".quick-input-list .monaco-list-row");
  await page.waitForTimeout(300);
  await picture(page, "menu");
  await page.keyboard.type("trust");
  await page.keyboard.press("Enter");
}

async function trusted(page) {
  await page.waitForSelector(".workspace-trust-editor");
  await page.click(".workspace-trust-editor .workspace-trust-buttons-row a.monaco-button >> nth=0");
  await page.waitForTimeout(500);
  await page.keyboard.press("Control+W");
  await page.waitForSelector(".squiggly-error");
  await shown(page, "1 fault, safe repair");
  await shown(page, "(64, 400)");
  await picture(page, "fault");
}

async function hovered(page) {
  await onFault(page, (x, y) => page.mouse.move(x, y));
  await page.waitForSelector(".monaco-hover:not(.hidden) .hover-row");
  await page.waitForTimeout(1000);
  await picture(page, "hover");
  await page.keyboard.press("Escape");
}

async function repaired(page) {
  await onFault(page, (x, y) => page.mouse.click(x, y));
  await page.keyboard.press("Control+.");
  await page.waitForSelector(".action-widget .monaco-list-row");
  await page.waitForTimeout(500);
  await picture(page, "quick-fix");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(500);
  await page.keyboard.press("Control+S");
  await page.waitForFunction(() => document.querySelectorAll(".squiggly-error").length === 0);
  await shown(page, "all shapes agree");
  await shown(page, "(64, 10)");
  const call = await (await page.waitForSelector('.view-line span:text-is(".conv1") >> nth=-1')).boundingBox();
  await page.mouse.move(call.x + call.width / 2, call.y + call.height / 2);
  await page.waitForSelector(".monaco-hover:not(.hidden) .hover-row");
  await page.waitForTimeout(1000);
  await picture(page, "repaired");
  demand(readFileSync(file, "utf-8") === readFileSync(expected, "utf-8"), "the repaired file is not what the command line writes");
}

/** Waits until the editor's lines, hints and lenses contain a text. */
async function shown(page, text) {
  const contains = (wanted) => document.querySelector(".editor-instance")?.textContent.replaceAll("\u00a0", " ").includes(wanted);
  await page.waitForFunction(contains, text);
  await page.waitForTimeout(300); // It is drawn a little later than it is there.
}

/** Calls `act` with the middle of the underlined text. */
async function onFault(page, act) {
  const box = await (await page.waitForSelector(".squiggly-error")).boundingBox();
  await act(box.x + box.width / 2, box.y + box.height / 2);
}

async function picture(page, name) {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  console.log(`seen: ${name}`);
}

function demand(holds, what) {
  if (!holds) throw new Error(what);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
