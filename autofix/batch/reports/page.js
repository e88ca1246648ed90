const targets = [...document.querySelectorAll("details.target")];
const boxes = [...document.querySelectorAll(".filters input[type=checkbox]")];
const words = document.querySelector("#words");
const count = document.querySelector("#count");
function show() {
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const text = words.value.trim().toLowerCase();
  let shown = 0;
  for (const target of targets) {
    const found = wanted.has(target.dataset.kind) && target.textContent.toLowerCase().includes(text);
    target.hidden = !found;
    shown += found;
  }
  count.textContent = `${shown} of ${targets.length} shown`;
}
for (const box of boxes) box.addEventListener("change", show);
words.addEventListener("input", show);
document.querySelector("#open").addEventListener("click", () => {
  const some = targets.filter((target) => !target.hidden);
  const all = some.every((target) => target.open);
  for (const target of some) target.open = !all;
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input[type=search]")) {
    if (event.key === "Escape") { words.value = ""; show(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") { words.focus(); event.preventDefault(); }
  const step = { j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  const some = targets.filter((target) => !target.hidden);
  const at = some.findIndex((target) => target.contains(document.activeElement));
  const next = some[at < 0 ? (step > 0 ? 0 : some.length - 1) : Math.min(Math.max(at + step, 0), some.length - 1)];
  next?.querySelector("summary").focus();
});
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.matches("details")) { target.hidden = false; target.open = true; target.scrollIntoView(); }
}
window.addEventListener("hashchange", reveal);
show();
reveal();
