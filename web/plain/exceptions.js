// Messages that the twin could not use: what was wrong, and what to do.
import { age, exactly, millis, sentence } from "./format.js";
import { el, keyed } from "./keyed.js";

export function renderExceptions(body, { items, cut }, store) {
  if (!body.list) body.list = el("ul", { class: "exceptions" });
  if (!body.list.isConnected) {
    body.append(el("p", { class: "dim" }, items.length ? "Nothing is lost: each message is kept as it came." : "Nothing waits for a person."), body.list,
      cut ? el("p", { class: "dim" }, `The first ${items.length} are shown.`) : "");
  }
  const nowMs = store.nowMs();
  keyed(body.list, [...items].reverse(), {
    key: (it) => it.id, update: () => {},
    create: (it) => el("li", {},
      el("p", { class: "why" }, sentence(it.text)), el("p", {}, it.what_to_do),
      el("p", { class: "dim", title: exactly(it.first_seen) }, [it.id, it.refused ? "refused by a rule" : `waits for ${it.owner}`, it.code, it.source, it.event_type, it.object, age(nowMs - (millis(it.first_seen) ?? nowMs))].filter(Boolean).join(" · ")),
      el("details", {}, el("summary", {}, "Message as it came"), el("pre", { tabindex: 0 }, it.raw))),
  });
}
