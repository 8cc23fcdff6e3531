// The orders table: what needs attention first, then by priority and due date.
import { decimal, duration, exactly, isZero, millis, moment, NO_PROGRESS, operationState, orderState, plural, progress, sentence, share, unitName } from "./format.js";
import { el, glow, icon, keyed, link, setAttr, setIcon, setText } from "./keyed.js";

const ROWS_STEP = 100;
const SEGMENTS_MAX = 14;
const byName = new Intl.Collator(undefined, { numeric: true }).compare;

const open = (order) => order.lifecycle !== "completed";
export const FILTERS = {
  open: ["Open", (o) => open(o)],
  late: ["Late", (o) => open(o) && o.late],
  held: ["Held", (o, held) => open(o) && held.has(o.id)],
  checks: ["To check", (o) => o.discrepancies.length > 0],
  in_process: ["In process", (o) => o.lifecycle === "in_process"],
  waiting: ["Waiting", (o) => open(o) && o.waiting_for],
  completed: ["Completed", (o) => !open(o)],
  all: ["All", () => true],
};

/** Orders on hold: by themselves or through one of their lots. Gives the first open hold for each. */
export function heldOrders(store) {
  const byLot = new Map(), held = new Map();
  for (const hold of store.openHolds()) {
    for (const lot of hold.affected_lots) byLot.set(lot, hold);
    if (hold.scope.kind === "work_order") held.set(hold.scope.id, hold);
  }
  for (const order of store.orders.values()) {
    if (held.has(order.id)) continue;
    const own = order.holds.map((id) => store.holds.get(id)).find((hold) => hold?.state === "open");
    const lot = order.lots.find((id) => byLot.has(id));
    if (own || lot) held.set(order.id, own ?? byLot.get(lot));
  }
  return held;
}

export function countOrders(store, held) {
  const counts = {};
  for (const name of Object.keys(FILTERS)) counts[name] = 0;
  for (const order of store.orders.values()) {
    for (const [name, [, test]] of Object.entries(FILTERS)) if (test(order, held)) counts[name] += 1;
  }
  return counts;
}

function matches(order, words) {
  const text = `${order.id}\n${order.material}\n${order.sales_order ?? ""}\n${order.lots.join("\n")}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const attention = (order, held) => !open(order) ? 3 : held.has(order.id) ? 0 : order.late ? 1 : 2;

function compare(held) {
  return (a, b) => attention(a, held) - attention(b, held)
    || (a.priority ?? 5) - (b.priority ?? 5)
    || (millis(a.planned_end) ?? Infinity) - (millis(b.planned_end) ?? Infinity) || byName(a.id, b.id);
}

const usesCenter = (order, center) => order.operations.some((op) => op.work_center === center && op.state !== "ended");

/** `view`: { show, q, center, rows, selected } */
export function renderOrders(store, held, view) {
  const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
  const test = FILTERS[view.show][1];
  const items = [...store.orders.values()]
    .filter((order) => test(order, held) && (!view.center || usesCenter(order, view.center)) && matches(order, words))
    .sort(compare(held));
  const nowMs = store.nowMs();
  keyed(document.getElementById("orders"), items.slice(0, view.rows), {
    key: (order) => order.id, fresh: true, create: createRow,
    update: (row, order, before) => updateRow(row, order, before, held.get(order.id), nowMs, view.selected),
  });
  const all = store.orders.size;
  const cut = store.cut.includes("orders") ? ", the rest of the plant's was not read" : "";
  setText(document.getElementById("orders-sum"), items.length === all ? plural(all, "order") : `${decimal(items.length)} of ${plural(all, "order")}${cut}`);
  const none = document.getElementById("orders-none");
  none.hidden = items.length > 0;
  if (items.length === 0) setText(none.firstElementChild, all === 0 ? "This plant has no orders yet. They appear here as soon as the first one comes in." : "No order matches.");
  const lot = document.getElementById("orders-lot");
  lot.hidden = items.length > 0 || words.length !== 1;
  if (!lot.hidden) {
    setAttr(lot, "href", `#/lots/${encodeURIComponent(view.q.trim())}`);
    setText(lot, `Look for lot ${view.q.trim()}`);
  }
  const more = document.getElementById("orders-more");
  more.hidden = items.length <= view.rows;
  setText(more, `Show ${Math.min(ROWS_STEP, items.length - view.rows)} more`);
}
export { ROWS_STEP };

function createRow(order) {
  const p = {
    name: link("orders", order.id, { class: "order-id" }), prio: el("span", { class: "prio" }), material: el("span", { class: "sub" }),
    sign: icon("idle"), state: el("span"), why: el("span", { class: "sub" }),
    checks: el("a", { class: "mark mark-check", href: `#/orders/${encodeURIComponent(order.id)}` }, icon("warn"), el("span")),
    route: el("span", { class: "route" }), share: el("span", { class: "share" }), pieces: el("span", { class: "sub" }),
    now: el("span"), wait: el("span", { class: "sub" }),
    due: el("span"), late: el("span", { class: "mark mark-late" }, icon("late"), el("span")),
  };
  const row = el("tr", { role: "row", onclick: (event) => {
    if (!event.target.closest("a, button") && !String(getSelection())) location.hash = p.name.hash;
  } },
  el("td", { role: "cell", class: "c-order" }, el("span", { class: "line" }, p.name, p.prio), p.material),
  el("td", { role: "cell", class: "c-state" }, el("span", { class: "line state" }, p.sign, p.state), p.why, p.checks),
  el("td", { role: "cell", class: "c-progress" }, el("span", { class: "line" }, p.route, p.share), p.pieces),
  el("td", { role: "cell", class: "c-now" }, p.now, p.wait),
  el("td", { role: "cell", class: "c-due" }, p.due, p.late));
  row.parts = p;
  return row;
}

/** One word for where an order stands; a hold outranks its lifecycle. */
export function standing(order, hold) {
  if (hold && open(order)) return ["Held", "hold"];
  const tone = { created: "wait", released: "ready", in_process: "run", completed: "done" }[order.lifecycle] ?? "wait";
  const running = order.operations.some((op) => op.state === "running");
  return [orderState(order), tone === "run" && !running ? "ready" : tone];
}

function updateRow(row, order, before, hold, nowMs, selected) {
  const p = row.parts;
  const [word, tone] = standing(order, hold);
  if (before && row.dataset.tone !== tone) glow(row);
  setAttr(row, "data-tone", tone);
  setAttr(row, "aria-current", selected === order.id ? "true" : null);
  setText(p.prio, order.priority != null && order.priority < 5 ? `Prio ${order.priority}` : "");
  setText(p.material, order.material);
  setIcon(p.sign, tone);
  setText(p.state, word);
  setText(p.why, hold && open(order) ? hold.reason : "");
  const checks = order.discrepancies.length;
  p.checks.hidden = checks === 0;
  setText(p.checks.lastChild, plural(checks, "check"));
  setAttr(p.checks, "title", order.discrepancies.map((it) => sentence(it.text)).join("\n") || null);
  renderRoute(p.route, order);
  setText(p.share, progress(order));
  setAttr(p.share, "title", order.progress == null ? NO_PROGRESS : null);
  setText(p.pieces, `${decimal(order.delivery === "none" ? order.good : order.delivered)} of ${decimal(order.quantity.value)} ${unitName(order.unit)}${isZero(order.scrap) ? "" : `, ${decimal(order.scrap)} scrap`}${order.progress == null ? ", no routing" : ""}`);
  const [now, wait] = whereNow(order);
  setText(p.now, now);
  setText(p.wait, wait);
  const dueMs = millis(order.planned_end);
  setText(p.due, moment(order.planned_end, nowMs));
  setAttr(p.due, "title", exactly(order.planned_end));
  p.late.hidden = !(order.late && open(order));
  setText(p.late.lastChild, dueMs != null && nowMs > dueMs ? `Late ${duration(nowMs - dueMs)}` : "Late");
}

/** Current operation, and what the order waits for. */
export function whereNow(order) {
  const running = order.operations.filter((op) => op.state === "running" || op.state === "interrupted");
  const now = running.map((op) => {
    const place = op.work_center && op.work_center !== op.op ? ` at ${op.work_center}` : "";
    return `${op.op}${place}${op.state === "interrupted" ? ", interrupted" : ""}`;
  }).join("; ");
  const wait = order.waiting_for ? `Waits for ${order.waiting_for}` : "";
  if (now) return [now, wait];
  return [wait || (open(order) ? "No operation running" : "Nothing left to do"), ""];
}

/** One segment per operation, so that a glance tells where on its route an order is. */
function renderRoute(node, order) {
  const all = order.operations;
  const done = order.progress == null ? NO_PROGRESS : `${progress(order)} done`;
  const label = `${done}; ${all.filter((op) => op.state === "ended").length} of ${plural(all.length, "operation")} ended`;
  setAttr(node, "role", "img");
  setAttr(node, "aria-label", label);
  setAttr(node, "title", label);
  const segments = all.length > 0 && all.length <= SEGMENTS_MAX
    ? all.map((op) => ({ key: op.op, tone: operationState(op)[1], fill: op.state === "ended" ? 1 : share(Number(op.good) / Number(op.planned_quantity ?? order.quantity.value)) }))
    : [{ key: "", tone: open(order) && share(order.progress) > 0 ? "run" : "done", fill: share(order.progress) }];
  keyed(node, segments, {
    key: (s) => s.key, fresh: true, create: () => el("i", {}, el("b")),
    update: (bar, s) => {
      setAttr(bar, "data-tone", s.tone);
      bar.firstChild.style.width = `${(s.fill * 100).toFixed(1)}%`;
    },
  });
}
