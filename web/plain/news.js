// What a change means for a planner, in one sentence; most changes (a few more pieces) mean no news.
import { centerState, quantity, scopeName, sentence } from "./format.js";

export function news(kind, before, after) {
  switch (kind) {
    case "work_order": return orderNews(before, after).map((line) => ({ ...line, kind, id: after.id }));
    case "work_center": return centerNews(before, after);
    case "hold": return holdNews(before, after);
    case "shipment": return shipmentNews(before, after);
    default: return [];
  }
}

function orderNews(before, after) {
  // An order that was not among those read is new only while it is still as it came.
  if (!before && after.lifecycle !== "created") return [];
  if (!before) return [{ tone: "note", text: `Order ${after.id} came in: ${quantity(after.quantity)} of ${after.material}.` }];
  const lines = [];
  if (before.lifecycle !== after.lifecycle) {
    if (after.lifecycle === "released") lines.push({ tone: "note", text: `Order ${after.id} was released.` });
    if (after.lifecycle === "completed") lines.push({ tone: "done", text: `Order ${after.id} is completed.` });
  }
  if (!before.late && after.late) lines.push({ tone: "late", text: `Order ${after.id} is late.` });
  const old = new Map(before.operations.map((op) => [op.op, op.state]));
  for (const op of after.operations) {
    if (old.get(op.op) === op.state) continue;
    const place = op.work_center ? ` at ${op.work_center}` : "";
    if (op.state === "running") lines.push({ tone: "run", text: `${after.id}: operation ${op.op} started${place}.` });
    if (op.state === "interrupted") lines.push({ tone: "warn", text: `${after.id}: operation ${op.op} was interrupted${place}.` });
    if (op.state === "ended" && after.lifecycle !== "completed") lines.push({ tone: "done", text: `${after.id}: operation ${op.op} ended${place}.` });
  }
  return lines;
}

function centerNews(before, after) {
  const [word, tone] = centerState(after);
  const was = before && centerState(before)[1];
  // Executing and idle alternate with every operation; the order's own lines say that already.
  if (was === tone || !["down", "maint", "off"].some((t) => t === tone || t === was)) return [];
  const text = ["down", "maint", "off"].includes(tone)
    ? `${after.id}: ${word.toLowerCase()}${after.reason ? `, ${after.reason}` : ""}.` : `${after.id} is back: ${word.toLowerCase()}.`;
  return [{ tone, text, kind: "work_center", id: after.id }];
}

function holdNews(before, after) {
  const { kind, id } = after.scope;
  const what = `${scopeName(kind)} ${id}`;
  if (after.state === "open" && before?.state !== "open") return [{ tone: "hold", text: `${what} is on hold: ${after.reason}`, kind, id, loud: true }];
  if (after.state === "released" && before?.state === "open") {
    return [{ tone: "done", text: `Hold ${after.id} on ${what.toLowerCase().replace(id.toLowerCase(), id)} was released${after.disposition ? `: ${after.disposition}` : "."}`, kind, id }];
  }
  return [];
}

function shipmentNews(before, after) {
  if (before?.decision === after.decision) return [];
  if (after.decision === "blocked") {
    return [{ tone: "hold", text: `Delivery ${after.id} is blocked. ${sentence(after.reasons[0]?.text)}`, loud: true }];
  }
  return [{ tone: "done", text: `Delivery ${after.id} is cleared.` }];
}
