// Turns contract values (decimal strings, RFC 3339 times, unit codes, state names) into words.
const UNITS = { H87: "pcs", KGM: "kg", GRM: "g", TNE: "t", LTR: "L", MLT: "mL", MTR: "m", MMT: "mm", MTK: "m²", MTQ: "m³", HUR: "h", SEC: "s" };
const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 9 });
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const today = new Intl.DateTimeFormat(undefined, CLOCK);
const thisYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", ...CLOCK });
const anyYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", ...CLOCK });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

export const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const decimal = (text) => text == null ? "–" : number.format(text);
export const unitName = (code) => UNITS[code] ?? code ?? "";
export const quantity = (q) => q ? `${decimal(q.value)} ${unitName(q.unit)}` : "–";
export const isZero = (text) => text == null || Number(text) === 0;
export const plural = (n, one, many = one + "s") => `${number.format(n)} ${n === 1 ? one : many}`;

/** Share from 0 to 1, whatever the server sends. */
export const share = (text) => Math.min(1, Math.max(0, Number(text) || 0));
/** Never says 100 % before it is. */
export const percent = (part) => `${part >= 1 ? 100 : Math.min(99, Math.round(part * 100))} %`;

/** How far an order is; nobody knows without a routing and without a delivering operation. */
export const progress = (order) => order.progress == null ? "–" : percent(share(order.progress));
export const NO_PROGRESS = "Progress is not known: no routing was released, and no operation delivers";

/** Milliseconds since 1970, or null. */
export const millis = (text) => {
  const ms = text ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
};

/** "12 s", "7 min", "3 h 05", "4 d 2 h": short enough for a table. */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${String(Math.floor(ms / MINUTE_MS) % 60).padStart(2, "0")}`;
  const days = Math.floor(ms / DAY_MS);
  return days < 10 ? `${days} d ${Math.floor(ms / HOUR_MS) % 24} h` : `${number.format(days)} d`;
}

/** Age without seconds ticking: "now" below one minute. */
export const age = (ms) => ms < MINUTE_MS ? "now" : duration(ms);

export function moment(text, nowMs) {
  const ms = millis(text);
  if (ms == null) return "–";
  const at = new Date(ms), now = new Date(nowMs);
  if (at.toDateString() === now.toDateString()) return today.format(at);
  return (at.getFullYear() === now.getFullYear() ? thisYear : anyYear).format(at);
}
/** Start and end; the day is said once when it is the same. */
export function span(from, to, nowMs) {
  const a = millis(from), b = millis(to);
  const sameDay = a != null && b != null && new Date(a).toDateString() === new Date(b).toDateString();
  return `${moment(from, nowMs)} to ${sameDay ? today.format(new Date(b)) : moment(to, nowMs)}`;
}
/** "Europe/Berlin, UTC+1", or "UTC": the zone of every time on the page. */
export function timeZone() {
  const part = (style) => new Intl.DateTimeFormat("en", { timeZoneName: style }).formatToParts().find((p) => p.type === "timeZoneName")?.value;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone, offset = part("shortOffset")?.replace("GMT", "UTC");
  return zone === "UTC" ? zone : [zone, offset].filter(Boolean).join(", ");
}

export const exactly = (text) => millis(text) == null ? "" : exact.format(new Date(millis(text)));

const CENTER_STATES = {
  executing: ["Executing", "run"], setup: ["Setup", "setup"], maintenance: ["Maintenance", "maint"],
  down: ["Down", "down"], unavailable: ["Not available", "off"], idle: ["Idle", "idle"],
  running: ["Running", "run"], unreported: ["Not reported", "unknown"],
};
/** A work center's two state axes as one word and one tone. Without any report, only its operations tell. */
export function centerState({ item_state: item, mode, since, running }) {
  if (since == null) return running.length ? CENTER_STATES.running : CENTER_STATES.unreported;
  if (mode === "maintenance") return CENTER_STATES.maintenance;
  if (item === "out_of_service") return CENTER_STATES.down;
  if (mode === "setup") return CENTER_STATES.setup;
  if (item === "not_available") return CENTER_STATES.unavailable;
  return item === "executing" ? CENTER_STATES.executing : CENTER_STATES.idle;
}

const ORDER_STATES = { created: "Created", released: "Released", in_process: "In process", completed: "Completed" };
export const orderState = (order) => ORDER_STATES[order.lifecycle] ?? order.lifecycle;

const OPERATION_STATES = {
  not_allowed_to_start: ["Not yet allowed", "wait"], allowed_to_start: ["Ready to start", "ready"], running: ["Running", "run"],
  interrupted: ["Interrupted", "down"], ended: ["Ended", "done"], aborted: ["Aborted", "down"],
};
export const operationState = (op) => OPERATION_STATES[op.state] ?? [op.state, "wait"];

const USAGES = { unrestricted: "Unrestricted", quality_inspection: "In inspection", blocked: "Blocked", restricted: "Restricted", rejected: "Rejected" };
export const usageName = (usage) => USAGES[usage] ?? usage;
export const scopeName = (kind) => ({ lot: "Lot", work_order: "Order", work_center: "Work center" })[kind] ?? kind;
export const sentence = (text) => text ? text[0].toUpperCase() + text.slice(1) : "";
