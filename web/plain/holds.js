// Open holds and blocked shipments: what may not move, since when, why, and whose decision it is.
import { age, exactly, millis, plural, quantity, scopeName, sentence } from "./format.js";
import { el, glow, icon, keyed, link, setAttr, setText } from "./keyed.js";

const CARDS_SHOWN_MAX = 50;
const LOTS_SHOWN_MAX = 6;

export function renderHolds(store) {
  const holds = store.openHolds().sort((a, b) => (millis(b.placed_at) ?? 0) - (millis(a.placed_at) ?? 0));
  const nowMs = store.nowMs();
  keyed(document.getElementById("holds"), holds.slice(0, CARDS_SHOWN_MAX), {
    key: (hold) => hold.id, fresh: true, create: createHold,
    update: (node, hold, before) => {
      const p = node.parts;
      if (!before) glow(node);
      setText(p.age, age(nowMs - (millis(hold.placed_at) ?? nowMs)));
      setAttr(p.age, "title", exactly(hold.placed_at));
      setText(p.reason, sentence(hold.reason));
      setText(p.owner, `${hold.placed_by ?? "Owner unknown"}, ${hold.id}`);
      const others = hold.affected_lots.filter((lot) => lot !== hold.scope.id);
      p.lots.hidden = others.length === 0;
      setText(p.count, `Also holds ${plural(others.length, "lot")}: `);
      lotLinks(p.list, others);
    },
  });
  rest("holds", holds.length);
}

function createHold(hold) {
  const { kind, id } = hold.scope;
  const what = kind === "work_center" ? el("span", {}, id) : link(kind === "lot" ? "lots" : "orders", id);
  const parts = {
    age: el("span", { class: "age" }), reason: el("p", { class: "why" }), owner: el("p", { class: "dim" }),
    count: el("span"), list: el("span", { class: "lots" }),
  };
  parts.lots = el("p", { class: "small" }, parts.count, parts.list);
  const node = el("li", { class: "card card-hold" },
    el("p", { class: "card-head" }, icon("hold"), el("strong", {}, `${scopeName(kind)} `, what), parts.age),
    parts.reason, parts.lots, parts.owner);
  node.parts = parts;
  return node;
}

function lotLinks(node, lots) {
  const shown = lots.slice(0, LOTS_SHOWN_MAX);
  keyed(node, shown.length < lots.length ? [...shown, null] : shown, {
    key: (lot) => lot ?? "\n", fresh: true,
    create: (lot) => lot === null ? el("span") : link("lots", lot),
    update: (item, lot) => { if (lot === null) setText(item, `and ${lots.length - shown.length} more`); },
  });
}

export function renderShipments(store) {
  const shipments = store.blocked().sort((a, b) => (millis(b.decided_at) ?? 0) - (millis(a.decided_at) ?? 0));
  const nowMs = store.nowMs();
  keyed(document.getElementById("shipments"), shipments.slice(0, CARDS_SHOWN_MAX), {
    key: (shipment) => shipment.id, fresh: true, create: createShipment,
    update: (node, shipment, before) => {
      const p = node.parts;
      if (!before) glow(node);
      setText(p.age, age(nowMs - (millis(shipment.decided_at) ?? nowMs)));
      setAttr(p.age, "title", exactly(shipment.decided_at));
      setText(p.customer, shipment.customer ?? "");
      keyed(p.reasons, shipment.reasons, {
        key: (reason) => `${reason.code} ${reason.text}`, update: () => {},
        create: (reason) => el("li", { title: reason.code }, sentence(reason.text)),
      });
      keyed(p.lots, shipment.lots, {
        key: (lot) => lot.lot, fresh: true,
        create: (lot) => el("span", {}, link("lots", lot.lot), el("span")),
        update: (item, lot) => setText(item.lastChild, ` ${quantity(lot.quantity)}`),
      });
    },
  });
  rest("shipments", shipments.length);
}

function createShipment(shipment) {
  const parts = { age: el("span", { class: "age" }), customer: el("p", { class: "dim" }), reasons: el("ul", { class: "why" }), lots: el("p", { class: "small lots" }) };
  const node = el("li", { class: "card" },
    el("p", { class: "card-head" }, icon("block"), el("strong", {}, `Delivery ${shipment.id}`), parts.age),
    parts.reasons, parts.lots, parts.customer);
  node.parts = parts;
  return node;
}

function rest(name, length) {
  setText(document.getElementById(`${name}-sum`), length ? String(length) : "");
  document.getElementById(`${name}-none`).hidden = length > 0;
  const more = document.getElementById(`${name}-more`);
  more.hidden = length <= CARDS_SHOWN_MAX;
  setText(more, `and ${length - CARDS_SHOWN_MAX} older`);
}
