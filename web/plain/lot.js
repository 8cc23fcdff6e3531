// One lot in the panel: may it ship, what holds it, where it came from and where it went.
import { apiLink, facts, links, remarks, section } from "./facts.js";
import { age, exactly, millis, moment, quantity, sentence, usageName } from "./format.js";

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
  const family = (list) => list.map((it) => ({ kind: "lots", id: it.lot, text: quantity(it.quantity) }));
  links(section(body, "order", "Made by order", Boolean(lot.order)), lot.order ? [{ kind: "orders", id: lot.order }] : []);
  links(section(body, "parents", "Made from"), family(lot.parents), "No recorded parent lot.");
  links(section(body, "children", "Went into"), family(lot.children), "Not used in another lot yet.");
  apiLink(body, `plants/${encodeURIComponent(store.plant)}/lots/${encodeURIComponent(lot.id)}`);
}
