// Work centers as tiles. They keep their places: planners know where to look.
import { centerState, duration, millis } from "./format.js";
import { el, glow, icon, keyed, link, setAttr, setIcon, setText } from "./keyed.js";

const QUEUE_SHOWN_MAX = 4; // a tile shows those of them that fit on one line
const byName = new Intl.Collator(undefined, { numeric: true }).compare;

export function renderCenters(store, held, onFilter) {
  const items = [...store.centers.values()].sort((a, b) => byName(a.id, b.id));
  const nowMs = store.nowMs();
  keyed(document.getElementById("centers"), items, {
    key: (center) => center.id, fresh: true,
    create: () => createTile(onFilter),
    update: (node, center, before) => updateTile(node, center, before, nowMs, held),
  });
  const tally = new Map();
  for (const center of items) {
    const [word] = centerState(center);
    tally.set(word, (tally.get(word) ?? 0) + 1);
  }
  setText(document.getElementById("centers-sum"), [...tally].sort((a, b) => b[1] - a[1]).map(([word, n]) => `${n} ${word.toLowerCase()}`).join(", "));
  document.getElementById("centers-none").hidden = items.length > 0;
}

function createTile(onFilter) {
  const node = el("li", { class: "tile" });
  node.parts = {
    name: el("button", { type: "button", class: "tile-name", onclick: () => onFilter(node.centerId) }),
    sign: icon("idle"), word: el("span"), since: el("span", { class: "dim" }),
    reason: el("p", { class: "tile-reason" }), running: el("ul", { class: "tile-running" }),
    count: el("span", { class: "queue-count" }), queue: el("ol", { class: "queue" }),
    hold: el("p", { class: "mark mark-hold" }, icon("hold"), el("span", {}, "On hold")),
  };
  const p = node.parts;
  node.append(
    el("h3", {}, p.name),
    el("p", { class: "tile-state" }, p.sign, p.word, p.since),
    p.hold, p.reason, p.running,
    el("div", { class: "tile-queue" }, p.count, p.queue),
  );
  return node;
}

function updateTile(node, center, before, nowMs, held) {
  const p = node.parts;
  const [word, tone] = centerState(center);
  if (before && centerState(before)[1] !== tone) glow(node);
  node.centerId = center.id;
  setAttr(node, "data-tone", tone);
  setText(p.name, center.id);
  setAttr(p.name, "title", `Show the orders of ${center.id}`);
  setIcon(p.sign, tone);
  setText(p.word, word);
  const since = millis(center.since);
  setText(p.since, since == null ? "" : duration(nowMs - since));
  p.hold.hidden = center.holds.length === 0;
  setText(p.reason, center.reason ?? "");
  p.reason.hidden = !center.reason;
  keyed(p.running, center.running, {
    key: (run) => `${run.order}/${run.op}`, fresh: true,
    create: (run) => el("li", {}, link("orders", run.order), el("span", { class: "op" })),
    update: (li, run) => {
      setText(li.lastChild, run.op === center.id ? "" : run.op);
      markHeld(li, run.order, held);
    },
  });
  const length = center.queue.length;
  setText(p.count, length ? `Queue ${length.toLocaleString()}` : "No queue");
  setAttr(p.count, "class", length ? "queue-count" : "queue-count dim");
  keyed(p.queue, center.queue.slice(0, QUEUE_SHOWN_MAX), {
    key: (next) => `${next.order}/${next.op}`, fresh: true,
    create: (next) => el("li", {}, link("orders", next.order, { title: `Operation ${next.op}, priority ${next.priority}` })),
    update: (li, next) => markHeld(li, next.order, held),
  });
}

function markHeld(li, order, held) {
  const on = held.has(order);
  setAttr(li, "class", on ? "held" : null);
  setAttr(li.querySelector("a"), "aria-label", on ? `${order}, on hold` : null);
  const sign = li.querySelector("svg");
  if (on && !sign) li.prepend(icon("hold"));
  if (!on) sign?.remove();
}
