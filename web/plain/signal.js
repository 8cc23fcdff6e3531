// The sign in the header: is this picture live, and how old is it?
import { duration, moment } from "./format.js";
import { el, keyed, setAttr, setIcon, setText } from "./keyed.js";

const QUIET_MS = 60_000; // no change at all for so long is worth an eye, though a plant may rest

export class Signal {
  #node = document.getElementById("signal");
  #word = document.getElementById("signal-word");
  #age = document.getElementById("signal-age");
  #sources = document.getElementById("sources");
  #state = "loading"; #detail = null; #lostMs = null;

  constructor() {
    const close = () => { this.#node.open = false; };
    this.#node.addEventListener("toggle", () => this.render(this.store));
    this.#node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#node.open) return;
      event.preventDefault();
      close();
    });
    addEventListener("click", (event) => { if (!this.#node.contains(event.target)) close(); });
  }

  say(state, detail = null) {
    this.#state = state;
    this.#detail = detail;
    if (state === "live") this.#lostMs = null;
    else if (state === "reconnecting") this.#lostMs ??= Date.now();
    this.render(this.store);
  }

  render(store) {
    this.store = store;
    const sources = store ? [...store.sources] : [];
    const newestMs = Math.max(...sources.map(([, s]) => s.heardMs));
    const late = sources.filter(([, s]) => s.stale).length;
    const [tone, word, rest] = this.#words(store, newestMs, late, sources.length);
    setAttr(this.#node, "data-tone", tone);
    setIcon(this.#node.querySelector("svg"), { live: "live", stale: "warn", lost: "warn", busy: "wait" }[tone], tone);
    setText(this.#word, word);
    setText(this.#age, rest);
    if (store && this.#node.open) this.#renderSources(store, sources);
  }

  #words(store, newestMs, late, count) {
    switch (this.#state) {
      case "loading": return ["busy", "Reading the plant", ""];
      case "unreachable": return ["lost", "No answer", this.#detail ?? ""];
      case "reconnecting": return ["lost", "Reconnecting", `picture of ${duration(Date.now() - this.#lostMs)} ago`];
      default: {
        const ageMs = Date.now() - newestMs;
        const data = Number.isFinite(newestMs) ? `data ${duration(ageMs)} old` : "no data yet";
        const clock = store?.eventTime ? `, plant time ${moment(new Date(store.plantMs).toISOString(), Date.now())}` : "";
        if (late) return ["stale", "Live", `${data}, ${late} of ${count} sources stale${clock}`];
        return [ageMs > QUIET_MS ? "stale" : "live", ageMs > QUIET_MS ? "Quiet" : "Live", data + clock];
      }
    }
  }

  #renderSources(store, sources) {
    keyed(this.#sources, sources.sort(([a], [b]) => a.localeCompare(b)), {
      key: ([name]) => name, fresh: true,
      create: ([name]) => el("li", {}, el("span", {}, name), el("span")),
      update: (li, [, { heardMs, stale }]) => {
        setText(li.lastChild, `${duration(Date.now() - heardMs)}${stale ? ", stale" : ""}`);
        setAttr(li, "class", stale ? "stale" : null);
      },
    });
  }
}
