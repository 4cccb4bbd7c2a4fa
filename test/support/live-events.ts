import type { LiveEventKind } from "@nightflow/domain";
import { type Installation, type Login, PASSWORD } from "./installation.ts";

/** One live event as a page hears it. */
export interface HeardEvent {
  readonly no: string;
  readonly kind: LiveEventKind;
  readonly subject: string;
}

/** What one person's page hears of live events, from now on. */
export class LiveEvents {
  readonly heard: HeardEvent[] = [];
  readonly #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  /** Opens the stream; it is listening when this resolves. */
  static async listen(installation: Pick<Installation, "ports">, login: Login): Promise<LiveEvents> {
    const url = `http://127.0.0.1:${installation.ports.api}`;
    const headers = { origin: url, "content-type": "application/json" };
    const body = JSON.stringify({ login, password: PASSWORD });
    const session = await fetch(`${url}/api/session`, { method: "POST", headers, body });
    const cookie = session.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    const events = new LiveEvents();
    const answer = await fetch(`${url}/api/events`, { headers: { origin: url, cookie }, signal: events.#stop.signal });
    if (!answer.ok || answer.body === null) throw new Error(`/api/events answered ${answer.status}`);
    events.#reading = events.#read(answer.body).catch(() => undefined);
    return events;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true });
      const frames = text.split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) this.#take(frame);
    }
  }

  #take(frame: string): void {
    const [, no, kind, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/m.exec(frame) ?? [];
    if (no === undefined || kind === undefined || data === undefined) return;
    const { subject } = JSON.parse(data) as { subject: string };
    this.heard.push({ no, kind: kind as LiveEventKind, subject });
  }
}
