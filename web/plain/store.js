// The board's copy of one plant: filled from the lists, kept current by the stream.
import { LIST_ITEMS_MAX, list, compareCursors } from "./api.js";
import { millis } from "./format.js";
import { news } from "./news.js";

export const NEWS_MAX = 60;
const KINDS = { work_order: "orders", work_center: "centers", hold: "holds", shipment: "shipments" };

export class Store {
  orders = new Map();
  centers = new Map();
  holds = new Map();
  shipments = new Map();
  lot = null;            // the one lot that is open in the panel
  news = [];
  sources = new Map();   // source -> { heardMs, stale }
  exceptions = null;     // null until the server said a number
  cut = [];              // lists that were longer than LIST_ITEMS_MAX
  cursor = null;
  plantMs = 0;           // newest plant time seen
  changed = new Set();   // parts to render again

  constructor(plant) {
    this.plant = plant.id;
    this.eventTime = plant.clock === "event_time";
    this.setOpenExceptions(plant.open_exceptions);
    this.#see(plant.as_of);
  }

  /** Reads every list; the stream then starts at the oldest cursor among them. */
  async load() {
    const lists = await Promise.all([
      list(this.plant, "work-orders"), list(this.plant, "work-centers"),
      list(this.plant, "holds", { state: "open" }), list(this.plant, "shipments"),
    ]);
    const names = ["orders", "centers", "holds", "shipments"];
    this.cut = names.filter((_, i) => lists[i].cut);
    lists.forEach((answer, i) => {
      this[names[i]] = new Map(answer.items.map((item) => [item.id, item]));
      this.#see(answer.asOf);
      for (const { source, age_ms, stale } of answer.sources) this.sources.set(source, { heardMs: Date.now() - age_ms, stale });
      this.changed.add(names[i]);
    });
    this.changed.add("signal");
    this.cursor = lists.map((answer) => answer.cursor).sort(compareCursors)[0];
  }

  /** Applies one `state.changed`. What is older than the copy is skipped: lists may be ahead of the stream's start. */
  change({ kind, id, state, at, caused_by: cause }) {
    this.#see(at);
    if (cause?.source) this.sources.set(cause.source, { heardMs: Date.now(), stale: false });
    this.changed.add("signal");
    if (kind === "lot") {
      if (this.lot?.id === id && this.lot.version <= state.version) this.showLot(state);
      return;
    }
    const name = KINDS[kind];
    if (!name) return;
    const before = this[name].get(id);
    if (before && before.version > state.version) return;
    this[name].set(id, state);
    if (this[name].size > LIST_ITEMS_MAX) this.#forgetOne(name);
    this.changed.add(name);
    for (const line of news(kind, before, state)) this.tell({ ...line, at });
  }

  notice({ kind, text, object, at }) {
    this.#see(at);
    if (kind === "gate_decided") return; // the delivery's own change tells it
    const [type, ...id] = (object ?? "").split("/");
    const tone = { exception_raised: "warn", discrepancy_found: "warn", hold_propagated: "hold", discrepancy_healed: "done", exception_settled: "done" }[kind] ?? "note";
    this.tell({ tone, text, at, kind: type, id: id.join("/") });
  }

  setOpenExceptions(open) {
    if (typeof open !== "number") return;
    this.exceptions = open;
    this.changed.add("counts");
  }

  tell(line) {
    this.news.unshift({ ...line, no: (this.news[0]?.no ?? -1) + 1 });
    if (this.news.length > NEWS_MAX) this.news.length = NEWS_MAX;
    this.changed.add("news");
  }

  showLot(lot) {
    this.lot = lot;
    this.changed.add("lot");
  }

  /** The plant's now: the wall clock, or the newest time in its events. */
  nowMs() { return this.eventTime ? this.plantMs : Date.now(); }

  openHolds() { return [...this.holds.values()].filter((hold) => hold.state === "open"); }
  blocked() { return [...this.shipments.values()].filter((shipment) => shipment.decision === "blocked"); }

  #see(time) {
    const ms = millis(time);
    if (ms > this.plantMs) this.plantMs = ms;
  }

  /** Keeps the page's memory bounded: what is finished goes first. */
  #forgetOne(name) {
    const done = { orders: (o) => o.lifecycle === "completed", holds: (h) => h.state !== "open", shipments: (s) => s.decision !== "blocked" }[name];
    for (const [id, item] of this[name]) {
      if (!done || done(item)) {
        this[name].delete(id);
        return;
      }
    }
    this[name].delete(this[name].keys().next().value);
  }
}
