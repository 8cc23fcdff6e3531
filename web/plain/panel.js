// The panel beside the board: one order, one lot, or the exceptions. Its address is the URL's hash.
import * as api from "./api.js";
import { renderExceptions } from "./exceptions.js";
import { renderLot } from "./lot.js";
import { renderOrder } from "./order.js";
import { el, setText } from "./keyed.js";

const VIEWS = {
  orders: { name: "Order", path: "work-orders", render: renderOrder },
  lots: { name: "Lot", path: "lots", render: renderLot },
  exceptions: { name: "Exceptions", path: null, render: renderExceptions },
};

export class Panel {
  #node = document.getElementById("panel");
  #title = document.getElementById("panel-title");
  #kind = document.getElementById("panel-kind");
  #body = document.getElementById("panel-body");
  #covers = matchMedia("(max-width: 1179px)"); // as in board.css: there the panel lies over the board
  #store; #view = null; #id = null; #item = null; #back = null; #onSelect;

  constructor(onSelect) {
    this.#onSelect = onSelect;
    document.getElementById("panel-close").addEventListener("click", () => this.close());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#view && !event.defaultPrevented && event.target.id !== "search") this.close();
    });
    this.#covers.addEventListener("change", () => this.#setCover());
    addEventListener("hashchange", () => this.route());
  }

  /** A plant was chosen: what is open belongs to that plant now. */
  use(store) {
    this.#store = store;
    this.route();
  }

  /** The same plant was read again: what is open stays, and keeps its focus. */
  reuse(store) {
    store.lot = this.#store?.lot ?? null;
    this.#store = store;
    if (this.#view === VIEWS.lots) this.route();
  }

  close() {
    history.pushState(null, "", location.pathname + location.search);
    this.route();
  }

  route() {
    const [, kind, ...id] = location.hash.slice(1).split("/");
    const view = Object.hasOwn(VIEWS, kind ?? "") ? VIEWS[kind] : null;
    if (!view || (view.path && !id.length)) return this.#hide();
    if (!this.#view) this.#back = document.activeElement;
    this.#view = view;
    this.#id = decode(id.join("/"));
    this.#item = null;
    this.#node.hidden = false;
    document.body.classList.add("with-panel");
    this.#setCover();
    setText(this.#kind, view.path ? view.name : "");
    setText(this.#title, view.path ? this.#id : view.name);
    this.#onSelect(kind === "orders" ? this.#id : null);
    this.#body.replaceChildren(el("p", { class: "dim" }, "Reading…"));
    this.#node.scrollTop = 0;
    this.#title.focus({ preventScroll: true });
    this.#read();
  }

  #hide() {
    if (!this.#view) return;
    this.#view = this.#item = null;
    this.#store.lot = null;
    this.#node.hidden = true;
    document.body.classList.remove("with-panel");
    this.#setCover();
    this.#onSelect(null);
    if (this.#back?.isConnected) this.#back.focus({ preventScroll: true });
  }

  /** What the panel covers must not take the focus. */
  #setCover() {
    for (const part of document.querySelectorAll("main, .top")) part.inert = !this.#node.hidden && this.#covers.matches;
  }

  async #read() {
    const view = this.#view, id = this.#id, store = this.#store;
    if (!store) return;
    const current = () => this.#view === view && this.#id === id && this.#store === store;
    try {
      const answer = view.path ? (view.path === "work-orders" && store.orders.get(id)) || (await api.item(store.plant, view.path, id)).item
        : await api.list(store.plant, "exceptions", { state: "open" });
      if (!current()) return;
      if (view.path === "lots") store.showLot(answer);
      this.#item = answer;
      this.#body.replaceChildren();
      view.render(this.#body, answer, store);
    } catch (error) {
      if (!current()) return;
      const unknown = error.status === 404 && view.path;
      const text = unknown ? `${view.name} ${id} is not known here.` : error.message;
      const advice = unknown ? null : error.whatToDo;
      this.#body.replaceChildren(el("div", {}, el("p", { role: "alert" }, text), advice && el("p", { class: "dim" }, advice),
        el("button", { type: "button", class: "button", onclick: () => this.route() }, "Try again")));
    }
  }

  /** Called with every batch of changes; the view updates its own nodes in place. */
  refresh() {
    if (!this.#view || !this.#item || !this.#store) return;
    if (this.#view === VIEWS.orders) this.#item = this.#store.orders.get(this.#id) ?? this.#item;
    if (this.#view === VIEWS.lots) this.#item = this.#store.lot ?? this.#item;
    this.#view.render(this.#body, this.#item, this.#store);
  }
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
