// Starts the board: chooses the plant, reads it, follows its stream, renders what changed.
import * as api from "./api.js";
import { renderCenters } from "./centers.js";
import { renderHolds, renderShipments } from "./holds.js";
import { FILTERS, ROWS_STEP, countOrders, heldOrders, renderOrders } from "./orders.js";
import { Panel } from "./panel.js";
import { Signal } from "./signal.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { Ticker } from "./ticker.js";
import { timeZone } from "./format.js";
import { el, setAttr, setText } from "./keyed.js";

const RENDER_EVERY_MS_MIN = 100; // a busy plant must not keep the page busy
const AGES_EVERY_MS = 20_000;
const READ_AGAIN_MS = 5_000;

const byId = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const view = {
  show: Object.hasOwn(FILTERS, query.get("show") ?? "") ? query.get("show") : "open",
  q: query.get("q") ?? "", center: query.get("work_center"), rows: ROWS_STEP, selected: null,
};
let store = null, stream = null, plants = [], waiting = false, renderedMs = 0, generation = 0;
let held = new Map();

const signal = new Signal();
const ticker = new Ticker();
const panel = new Panel((id) => {
  view.selected = id;
  changed("orders");
});

function changed(...parts) {
  if (!store) return;
  for (const part of parts) store.changed.add(part);
  schedule();
}

function schedule() {
  if (waiting || !store) return;
  waiting = true;
  setTimeout(() => requestAnimationFrame(render), Math.max(0, renderedMs + RENDER_EVERY_MS_MIN - performance.now()));
}

function render() {
  waiting = false;
  renderedMs = performance.now();
  const parts = store.changed;
  store.changed = new Set();
  const any = (...names) => names.some((name) => parts.has(name));
  if (any("orders", "holds", "ages")) held = heldOrders(store);
  if (any("orders", "holds", "filter", "ages")) renderOrders(store, held, view);
  if (any("centers", "orders", "holds", "ages")) renderCenters(store, held, (id) => filter({ center: id, show: "open" }, true));
  if (any("holds", "ages")) renderHolds(store);
  if (any("shipments", "ages")) renderShipments(store);
  if (any("orders", "holds", "shipments", "counts", "filter")) renderFigures();
  if (any("news", "ages")) ticker.render(store);
  if (any("orders", "holds", "shipments", "lot", "ages")) panel.refresh();
  signal.render(store);
}

function renderFigures() {
  const counts = countOrders(store, held);
  for (const chip of document.querySelectorAll("[data-show]")) {
    const name = chip.dataset.show;
    setText(chip.querySelector(".n"), counts[name].toLocaleString());
    setAttr(chip, "aria-pressed", String(view.show === name && !view.center));
    setAttr(chip, "data-none", counts[name] === 0);
  }
  const holds = store.openHolds().length, blocked = store.blocked().length;
  figure("figure-holds", holds);
  figure("figure-shipments", blocked);
  figure("figure-exceptions", store.exceptions);
  document.title = [store.plant, holds && `${holds} on hold`, counts.late && `${counts.late} late`].filter(Boolean).join(" · ");
}

function figure(id, n) {
  setText(byId(id).querySelector(".n"), n === null ? "–" : n.toLocaleString());
  setAttr(byId(id), "data-none", !n);
}

/** Changes the order filter, and the address with it, so that a view can be sent to somebody. */
function filter(change, scroll = false) {
  Object.assign(view, change, { rows: ROWS_STEP });
  const address = new URLSearchParams(location.search);
  for (const [name, value, plain] of [["show", view.show, "open"], ["q", view.q, ""], ["work_center", view.center, null]]) {
    if (value && value !== plain) address.set(name, value); else address.delete(name);
  }
  history.replaceState(null, "", `${location.pathname}${address.size ? `?${address}` : ""}${location.hash}`);
  showFilter();
  changed("filter");
  if (scroll) byId("orders-part").scrollIntoView({ block: "start" });
}

function showFilter() {
  const chip = byId("center-chip");
  chip.hidden = !view.center;
  setText(chip.querySelector("span"), view.center ?? "");
  if (byId("search").value !== view.q) byId("search").value = view.q;
}

/** Reads the plant and follows it from there; also after a gap. */
async function open(plant) {
  const mine = ++generation;
  stream?.close();
  signal.say("loading");
  const fresh = new Store(plant);
  if (store?.plant === fresh.plant) fresh.news = store.news;
  try {
    await fresh.load();
  } catch (error) {
    if (mine !== generation) return;
    signal.say("unreachable", error.message);
    setTimeout(() => { if (mine === generation) open(plant); }, READ_AGAIN_MS);
    return;
  }
  if (mine !== generation) return;
  const again = store?.plant === fresh.plant;
  store = fresh;
  document.body.classList.remove("empty");
  changed("ages", "counts", "news", "filter");
  if (again) panel.reuse(store); else panel.use(store);
  stream = new Stream(store.plant, store.cursor, {
    state: (state, retryMs) => { if (mine === generation) signal.say(state, retryMs); },
    event: (name, data) => { if (mine === generation) receive(name, data, plant); },
  });
}

function receive(name, data, plant) {
  if (name === "state.changed") store.change(data);
  else if (name === "notice") store.notice(data);
  else if (name === "counts") store.setOpenExceptions(data.open_exceptions);
  else if (name === "gap") {
    store.tell({ tone: "note", text: `The board was read again: ${data.reason}.`, at: null });
    open(plant);
    return;
  }
  schedule();
}

function choosePlant(id) {
  const plant = plants.find((p) => p.id === id) ?? plants[0];
  const select = byId("plant-select");
  select.replaceChildren(...plants.map((p) => el("option", { value: p.id, selected: p === plant }, p.id)));
  select.hidden = plants.length < 2;
  setText(byId("plant-name"), plants.length < 2 ? plant.id : "");
  open(plant);
}

async function start() {
  signal.say("loading");
  try {
    plants = await api.plants();
  } catch (error) {
    signal.say("unreachable", error.message);
    setTimeout(start, READ_AGAIN_MS);
    return;
  }
  if (!plants.length) {
    signal.say("unreachable", "This server has no plant yet.");
    setTimeout(start, READ_AGAIN_MS);
    return;
  }
  choosePlant(query.get("plant"));
}

for (const chip of document.querySelectorAll("[data-show]")) {
  chip.addEventListener("click", () => filter({ show: chip.dataset.show, center: null }, chip.closest("header") !== null));
}
byId("center-chip").addEventListener("click", () => {
  filter({ center: null });
  byId("search").focus();
});
byId("search").addEventListener("input", (event) => filter({ q: event.target.value }));
byId("search").addEventListener("keydown", (event) => { if (event.key === "Escape") filter({ q: "" }); });
byId("orders-more").addEventListener("click", () => {
  view.rows += ROWS_STEP;
  changed("filter");
});
byId("plant-select").addEventListener("change", (event) => {
  const address = new URLSearchParams({ plant: event.target.value });
  history.pushState(null, "", `${location.pathname}?${address}`);
  Object.assign(view, { show: "open", q: "", center: null, rows: ROWS_STEP });
  showFilter();
  choosePlant(event.target.value);
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  byId("search").focus();
});
addEventListener("online", () => stream?.hurry());
setInterval(() => changed("ages"), AGES_EVERY_MS);
setInterval(() => signal.render(store), 1000);
setText(byId("zone"), `Times in ${timeZone()}`);
showFilter();
start();
