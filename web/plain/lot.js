// One lot in the panel: may it ship, what holds it, where it came from and where it went.
import { apiLink, facts, links, remarks, section } from "./facts.js";
import { el, setText } from "./keyed.js";
import { age, exactly, millis, moment, plural, quantity, sentence, usageName } from "./format.js";

const REACH_SHOWN_MAX = 100;
const LIFECYCLES = { announced: "Announced", on_hand: "On hand", depleted: "Used up" };

export function renderLot(body, lot, store) {
  const nowMs = store.nowMs();
  const top = [lot.shippable ? { key: "ship", tone: "done", text: "May be shipped" } : { key: "ship", tone: "block", text: "May not be shipped" }];
  // The holds follow with their owner and age, so their reasons are not said twice.
  const others = lot.not_shippable_because.filter(({ code }) => code !== "TWIN-R07" && code !== "TWIN-R08");
  for (const reason of others) top.push({ key: reason.code + reason.text, tone: "note", text: sentence(reason.text), small: reason.code });
  const hold = (id, inherited) => {
    const it = store.holds.get(id);
    const from = inherited && it?.scope.kind === "lot" ? `inherited from lot ${it.scope.id}` : inherited ? "inherited" : "";
    top.push({ key: `hold ${id}`, tone: "hold", text: it ? sentence(it.reason) : `Hold ${id}`,
      small: [id, from, it?.placed_by, it && age(nowMs - (millis(it.placed_at) ?? nowMs))].filter(Boolean).join(", ") });
  };
  for (const id of lot.holds) hold(id, false);
  for (const id of lot.inherited_holds) hold(id, true);
  remarks(section(body, "now", null), top);
  facts(section(body, "facts", "Stock"), [
    ["On hand", quantity(lot.quantity)], ["State", LIFECYCLES[lot.lifecycle] ?? lot.lifecycle], ["Usage", usageName(lot.usage)],
    ["Material", lot.material], ["Expires", lot.expiry ? moment(lot.expiry, nowMs) : null, exactly(lot.expiry)],
    ["Made by operation", lot.order ? lot.op : null],
  ]);
  const held = new Set(store.openHolds().flatMap((it) => it.affected_lots));
  const family = (list) => list.map((it) => ({
    kind: "lots", id: it.lot, tone: held.has(it.lot) && "hold",
    text: [it.by === "commingled" ? "shared a tank" : quantity(it.quantity), held.has(it.lot) && "on hold"].filter(Boolean).join(", "),
  }));
  links(section(body, "order", "Made by order", Boolean(lot.order)), lot.order ? [{ kind: "orders", id: lot.order }] : []);
  links(section(body, "parents", "Made from"), family(lot.parents), "No recorded parent lot.");
  links(section(body, "children", "Went into"), family(lot.children), "Not used in another lot yet.");
  const reached = renderReach(body, lot, store);
  const blocked = store.blocked().flatMap((shipment) => {
    const parts = shipment.lots.filter((part) => part.lot === lot.id || reached.has(part.lot));
    const which = parts.map((part) => `${part.lot} ${quantity(part.quantity)}`);
    return parts.length ? [{ key: shipment.id, tone: "block", text: `Delivery ${shipment.id} is blocked`, small: [...which, shipment.customer].filter(Boolean).join(", ") }] : [];
  });
  remarks(section(body, "blocked", "Blocked shipments", blocked.length > 0), blocked);
  apiLink(body, `plants/${encodeURIComponent(store.plant)}/lots/${encodeURIComponent(lot.id)}`);
}

/** Which other lots the holds of this lot reached; gives them. */
function renderReach(body, lot, store) {
  const own = lot.holds.map((id) => store.holds.get(id)).filter((it) => it?.state === "open");
  const reached = new Set(own.flatMap((it) => it.affected_lots));
  reached.delete(lot.id);
  const node = section(body, "reach", "Held with this lot", own.length > 0);
  if (!node.sum) node.append(node.sum = el("p", { class: "dim" }), node.rows = el("div"));
  // The server names the first lots of a hold, and counts all.
  const count = own.length === 1 ? own[0].affected_lots_count - 1 : reached.size;
  const shown = [...reached].slice(0, REACH_SHOWN_MAX);
  setText(node.sum, count > 0 ? `The hold reached ${plural(count, "lot")} made from it${shown.length < count ? `; the first ${shown.length}:` : ":"}` : "");
  node.sum.hidden = count <= 0;
  links(node.rows, shown.map((id) => ({ kind: "lots", id, text: "on hold", tone: "hold" })), "Nothing was made from it yet.");
  return reached;
}
