// Sections and label-value lists of the panel.
import { el, icon, keyed, link, setAttr, setText } from "./keyed.js";

const made = new WeakMap();

/** The section `name` of a panel body, made at first use; hidden while `shown` is false. */
export function section(body, name, title, shown = true) {
  let sections = made.get(body);
  if (!sections) made.set(body, sections = new Map());
  let node = sections.get(name);
  if (!node?.isConnected) {
    node = el("section", { class: `part part-${name}` }, title && el("h3", {}, title), el("div"));
    sections.set(name, node);
    body.append(node);
  }
  node.hidden = !shown;
  return node.lastChild;
}

/** Rows of [label, value] or [label, value, exact value for the tooltip]; rows without a value are left out. */
export function facts(node, rows) {
  if (!node.list) node.append(node.list = el("dl", { class: "facts" }));
  keyed(node.list, rows.filter(([, value]) => value), {
    key: ([label]) => label, fresh: true,
    create: ([label]) => el("div", {}, el("dt", {}, label), el("dd")),
    update: (row, [, value, hint]) => {
      setText(row.lastChild, value);
      setAttr(row.lastChild, "title", hint || null);
    },
  });
}

/** Sentences with a sign, as holds, reasons and discrepancies. */
export function remarks(node, lines) {
  if (!node.list) node.append(node.list = el("ul", { class: "remarks" }));
  keyed(node.list, lines, {
    key: (line) => line.key, fresh: true,
    create: (line) => el("li", {}, icon(line.tone), el("span", {}, el("span"), el("small", { class: "dim" }))),
    update: (item, line) => {
      setText(item.lastChild.firstChild, line.text);
      setText(item.lastChild.lastChild, line.small ?? "");
    },
  });
}

/** Linked things with a word beside each: { kind, id, text, tone }. */
export function links(node, items, none) {
  if (!node.list) node.append(node.list = el("ul", { class: "links" }), node.none = el("p", { class: "dim" }, none ?? "None"));
  node.none.hidden = items.length > 0;
  keyed(node.list, items, {
    key: (item) => item.id, fresh: true,
    create: (item) => el("li", {}, link(item.kind, item.id), el("span", { class: "dim" })),
    update: (row, item) => {
      setText(row.lastChild, item.text ?? "");
      setAttr(row, "class", item.tone ? `tone-${item.tone}` : null);
    },
  });
}

/** The same thing as the integrator sees it. */
export function apiLink(body, path) {
  const node = section(body, "api", null);
  if (!node.firstChild) node.append(el("a", { href: `api/v1/${path}`, target: "_blank", rel: "noopener", class: "dim" }, "Show as JSON"));
}
