// One order in the panel: where it stands, its operations in time, quantities, lots, discrepancies.
import { apiLink, facts, links, remarks, section } from "./facts.js";
import { age, decimal, duration, exactly, isZero, millis, moment, NO_PROGRESS, operationState, progress, quantity, sentence, share, span } from "./format.js";
import { el, icon, keyed, setAttr, setIcon, setText } from "./keyed.js";
import { heldOrders, standing, whereNow } from "./orders.js";

const DELIVERIES = { none: "Nothing delivered", partial: "Partly delivered", full: "Fully delivered" };

export function renderOrder(body, order, store) {
  const nowMs = store.nowMs();
  const hold = heldOrders(store).get(order.id);
  const [word, tone] = standing(order, hold);
  const [now, wait] = whereNow(order);
  const top = [{ key: "state", tone, text: order.progress == null ? word : `${word}, ${progress(order)} done`, small: order.progress == null ? NO_PROGRESS : "" }];
  const dueMs = millis(order.planned_end);
  if (order.late && order.lifecycle !== "completed") {
    top.push({ key: "late", tone: "late", text: dueMs != null && nowMs > dueMs ? `Late by ${duration(nowMs - dueMs)}` : "Late", small: `due ${moment(order.planned_end, nowMs)}` });
  }
  top.push({ key: "now", tone: wait || order.waiting_for ? "wait" : "note", text: now, small: wait });
  const ids = new Set([...order.holds, ...(hold ? [hold.id] : [])]);
  for (const id of ids) {
    const it = store.holds.get(id);
    if (it && it.state !== "open") continue;
    top.push({ key: id, tone: "hold", text: it ? sentence(it.reason) : `Hold ${id}`, small: it ? `${id}, ${it.placed_by ?? "owner unknown"}, ${age(nowMs - (millis(it.placed_at) ?? nowMs))}` : "" });
  }
  for (const it of order.discrepancies) top.push({ key: it.code + it.text, tone: "warn", text: sentence(it.text), small: it.code });
  remarks(section(body, "now", null), top);
  renderOperations(section(body, "operations", "Operations"), order, nowMs);
  const unit = (value) => quantity({ value, unit: order.unit });
  facts(section(body, "quantities", "Quantities"), [
    ["Ordered", quantity(order.quantity)], ["Released", order.released_quantity && quantity(order.released_quantity)],
    ["Good", unit(order.good)], ["Delivered", unit(order.delivered)],
    ["Scrap", isZero(order.scrap) ? null : unit(order.scrap)], ["Rework", isZero(order.rework) ? null : unit(order.rework)],
    ["Material review", isZero(order.mrb) ? null : unit(order.mrb)], ["Delivery", DELIVERIES[order.delivery] ?? order.delivery],
  ]);
  const time = (label, text) => [label, text ? moment(text, nowMs) : null, exactly(text)];
  facts(section(body, "dates", "Dates and references"), [
    time("Planned start", order.planned_start), time("Due", order.planned_end),
    time("Started", order.actual_start), time("Finished", order.actual_end),
    ["Material", order.material], ["Priority", order.priority == null ? null : String(order.priority)], ["Sales order", order.sales_order],
  ]);
  const held = new Set(store.openHolds().flatMap((it) => it.affected_lots));
  links(section(body, "lots", "Lots"), order.lots.map((id) => ({ kind: "lots", id, text: held.has(id) ? "on hold" : "", tone: held.has(id) && "hold" })), "No lot yet.");
  apiLink(body, `plants/${encodeURIComponent(store.plant)}/work-orders/${encodeURIComponent(order.id)}`);
}

function renderOperations(node, order, nowMs) {
  if (!node.list) node.append(node.list = el("ol", { class: "timeline" }), node.none = el("p", { class: "dim" }, "The operations are known once the order is released."));
  node.none.hidden = order.operations.length > 0;
  keyed(node.list, order.operations, { key: (op) => op.op, fresh: true, create: createOperation, update: (li, op) => updateOperation(li, op, order, nowMs) });
}

function createOperation() {
  const p = {
    sign: icon("wait"), name: el("strong"), place: el("span"), state: el("span", { class: "op-state" }),
    pieces: el("span"), time: el("span", { class: "dim" }), bar: el("i", { class: "meter" }, el("b")),
  };
  const li = el("li", {}, p.sign, el("div", {},
    el("p", { class: "op-head" }, el("span", {}, p.name, p.place), p.state), p.bar,
    el("p", { class: "op-foot" }, p.pieces, p.time)));
  li.parts = p;
  return li;
}

function updateOperation(li, op, order, nowMs) {
  const p = li.parts;
  const [word, tone] = operationState(op);
  setAttr(li, "data-tone", tone);
  setIcon(p.sign, tone);
  setText(p.name, op.op);
  setText(p.place, op.work_center && op.work_center !== op.op ? op.work_center : "");
  setText(p.state, word);
  const planned = op.planned_quantity ?? order.quantity.value;
  p.bar.firstChild.style.width = `${share(Number(op.good) / Number(planned)) * 100}%`;
  const extra = [["scrap", op.scrap], ["rework", op.rework], ["in review", op.mrb]].filter(([, n]) => !isZero(n)).map(([name, n]) => `, ${decimal(n)} ${name}`);
  setText(p.pieces, `${decimal(op.good)} of ${decimal(planned)} good${extra.join("")}`);
  const from = millis(op.started_at), to = millis(op.ended_at);
  setText(p.time, from == null ? "" : to == null ? `since ${moment(op.started_at, nowMs)} (${age(nowMs - from)})` : span(op.started_at, op.ended_at, nowMs));
  setAttr(p.time, "title", [exactly(op.started_at), exactly(op.ended_at)].filter(Boolean).join(" to ") || null);
}
