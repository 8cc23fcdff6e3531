// Reads lists and single items over HTTP.
export const PAGE_ITEMS = 500;
export const LIST_ITEMS_MAX = 5_000;
const READ_TIMEOUT_MS = 20_000;

/** A refusal of the server, with its code and what to do (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || body?.title || `The server answered ${status}.`);
    this.status = status;
    this.code = body?.code ?? null;
    this.whatToDo = body?.what_to_do ?? null;
  }
}

export async function read(path) {
  let answer;
  try {
    answer = await fetch(`api/v1/${path}`, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  } catch {
    throw new Problem(0, { detail: "The server cannot be reached." });
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, body);
  if (body === null) throw new Problem(answer.status, { detail: "The server's answer is not JSON." });
  return body;
}

const plantPath = (plant, rest) => `plants/${encodeURIComponent(plant)}/${rest}`;

export const plants = async () => (await read("plants")).items;
export const item = (plant, kind, id) => read(plantPath(plant, `${kind}/${encodeURIComponent(id)}`));

/** All pages of a list up to LIST_ITEMS_MAX; `cursor` is that of the first page, so that a stream from there misses nothing. */
export async function list(plant, kind, filter = {}) {
  const items = [];
  let first = null, next = null;
  do {
    const query = new URLSearchParams({ ...filter, limit: PAGE_ITEMS });
    if (next) query.set("cursor", next);
    const page = await read(plantPath(plant, `${kind}?${query}`));
    first ??= page;
    items.push(...page.items);
    next = page.next;
  } while (next && items.length < LIST_ITEMS_MAX);
  return { items, cursor: first.cursor, asOf: first.as_of, sources: first.sources ?? [], cut: Boolean(next) };
}

/** Orders two stream cursors ("epoch-commit-index"). */
export function compareCursors(a, b) {
  const x = a.split("-").map(Number), y = b.split("-").map(Number);
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}
