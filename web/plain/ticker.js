// Recent changes, newest first. It holds still while somebody points at it or tabs through it.
import { age, millis } from "./format.js";
import { el, icon, keyed, setText } from "./keyed.js";

const ANNOUNCE_EVERY_MS = 15_000;

export class Ticker {
  #list = document.getElementById("news");
  #live = document.getElementById("announce");
  #toldNo = -1; #toldMs = -Infinity;

  render(store) {
    this.#announce(store.news);
    document.getElementById("news-none").hidden = store.news.length > 0;
    if (this.#list.matches(":hover, :focus-within")) return;
    const nowMs = store.nowMs();
    keyed(this.#list, store.news, {
      key: (line) => line.no, fresh: true,
      create: (line) => el("li", {}, icon(line.tone), this.#text(line), el("span", { class: "age" })),
      update: (li, line) => {
        const ms = millis(line.at);
        setText(li.lastChild, ms == null ? "" : age(nowMs - ms));
      },
    });
  }

  #text(line) {
    const kind = { work_order: "orders", lot: "lots" }[line.kind];
    return kind && line.id ? el("a", { href: `#/${kind}/${encodeURIComponent(line.id)}` }, line.text) : el("span", {}, line.text);
  }

  /** Screen readers hear only what stops goods, and not more often than they can bear. */
  #announce(news) {
    if (performance.now() - this.#toldMs < ANNOUNCE_EVERY_MS) return;
    const loud = news.filter((line) => line.no > this.#toldNo && line.loud);
    if (!loud.length) return;
    this.#toldNo = news[0].no;
    this.#toldMs = performance.now();
    setText(this.#live, loud.length === 1 ? loud[0].text : `${loud.length} new holds or blocked deliveries. ${loud[0].text}`);
  }
}
