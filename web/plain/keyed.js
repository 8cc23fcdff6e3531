// Small DOM helpers: text only ever goes in as text, and lists keep their nodes.

/** el("p", { class: "x", title: "y" }, child or text...) */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
export function setAttr(node, name, value) {
  if (value == null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

const held = new WeakMap();

/** Makes `parent` hold one node per item, in order. A node is updated only when its item is another
 *  object or `fresh` says so; the focus survives moves and removals. */
export function keyed(parent, items, { key, create, update, fresh = false }) {
  let nodes = held.get(parent);
  if (!nodes) held.set(parent, nodes = new Map());
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const focusedAt = focused ? [...parent.children].findIndex((node) => node.contains(focused)) : -1;
  const wanted = new Map();
  for (const item of items) {
    const id = key(item);
    let entry = nodes.get(id);
    if (!entry) entry = { node: create(item), item: null };
    if (fresh || entry.item !== item) {
      update(entry.node, item, entry.item);
      entry.item = item;
    }
    wanted.set(id, entry);
  }
  for (const [id, entry] of nodes) if (!wanted.has(id)) entry.node.remove();
  let at = parent.firstElementChild;
  for (const { node } of wanted.values()) {
    if (node === at) { at = at.nextElementSibling; continue; }
    if (at && at.nextElementSibling === node) {
      // One item went down: move it away, not everything else up.
      const gone = at;
      parent.append(gone);
      at = node.nextElementSibling;
      continue;
    }
    parent.insertBefore(node, at);
  }
  held.set(parent, wanted);
  if (!focused || focused === document.activeElement) return;
  // What had the focus may be gone: its successor takes it, so that a keyboard user stays in place.
  const heir = focused.isConnected ? focused : parent.children[Math.min(focusedAt, wanted.size - 1)]?.querySelector("a, button");
  heir?.focus({ preventScroll: true });
}

const SVG = "http://www.w3.org/2000/svg";
/** A sign from the sprite in index.html; always beside a word, so it is hidden from readers. */
export function icon(name, tone = name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon tone-${tone}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}
export function setIcon(svg, name, tone = name) {
  setAttr(svg, "class", `icon tone-${tone}`);
  setAttr(svg.firstElementChild, "href", `#i-${name}`);
}

export const link = (kind, id, attributes = {}) => el("a", { href: `#/${kind}/${encodeURIComponent(id)}`, ...attributes }, id);

/** Lets a changed node glow once; does nothing for those who asked for less motion (see board.css). */
export function glow(node) {
  node.classList.remove("glow");
  requestAnimationFrame(() => node.classList.add("glow"));
}
