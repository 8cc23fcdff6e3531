// Follows the plant's server-sent events. Reads with fetch and not with EventSource, because only
// so are heartbeats seen, and a connection that died without a word is noticed.
const SILENCE_MS_MAX = 25_000; // the server sends a heartbeat every 10 s
const RETRY_MS_FIRST = 500;
const RETRY_MS_MAX = 15_000;
const FRAME_CHARS_MAX = 4_000_000;

export class Stream {
  #plant; #lastId; #on; #abort = null; #retryMs = RETRY_MS_FIRST; #closed = false; #wake = null;

  /** `on`: { event(name, data), state("live" | "reconnecting", retryMs) } */
  constructor(plant, from, on) {
    this.#plant = plant;
    this.#lastId = from;
    this.#on = on;
    this.#run();
  }

  close() {
    this.#closed = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Tries again at once, for example when the network came back. */
  hurry() { this.#wake?.(); }

  async #run() {
    while (!this.#closed) {
      try {
        await this.#connect();
      } catch { /* the reason does not change what to do: say so and try again */ }
      if (this.#closed) return;
      this.#on.state("reconnecting", this.#retryMs);
      await new Promise((done) => { this.#wake = done; setTimeout(done, this.#retryMs * (0.75 + Math.random() / 2)); });
      this.#wake = null;
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
    }
  }

  async #connect() {
    this.#abort = new AbortController();
    const query = new URLSearchParams({ plant: this.#plant });
    if (this.#lastId) query.set("from", this.#lastId);
    const headers = { accept: "text/event-stream" };
    if (this.#lastId) headers["last-event-id"] = this.#lastId;
    let silence = setTimeout(() => this.#abort.abort(), SILENCE_MS_MAX);
    try {
      const answer = await fetch(`api/v1/stream?${query}`, { headers, cache: "no-store", signal: this.#abort.signal });
      if (!answer.ok || !answer.body) throw new Error(`the stream answered ${answer.status}`);
      this.#retryMs = RETRY_MS_FIRST;
      this.#on.state("live", 0);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => this.#abort.abort(), SILENCE_MS_MAX);
        rest = this.#frames(rest + value);
        if (rest.length > FRAME_CHARS_MAX) throw new Error("a frame without an end");
      }
    } finally {
      clearTimeout(silence);
      this.#abort.abort();
    }
  }

  /** Delivers the complete frames and returns what is left. */
  #frames(text) {
    const frames = text.replaceAll("\r\n", "\n").split("\n\n");
    const rest = frames.pop();
    for (const frame of frames) {
      let name = "message", id = null;
      const data = [];
      for (const line of frame.split("\n")) {
        const at = line.indexOf(":");
        if (at <= 0) continue;
        const value = line.slice(line[at + 1] === " " ? at + 2 : at + 1);
        const field = line.slice(0, at);
        if (field === "event") name = value;
        else if (field === "id") id = value;
        else if (field === "data") data.push(value);
      }
      if (data.length && !this.#closed) this.#deliver(name, data.join("\n"));
      if (id) this.#lastId = id;
    }
    return rest;
  }

  #deliver(name, text) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      // Going on would leave a hole; the board reads everything again instead.
      this.#on.event("gap", { reason: "a change could not be read" });
      return;
    }
    this.#on.event(name, data);
  }
}
