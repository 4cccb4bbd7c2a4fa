import type { MessagePort } from "node:worker_threads";
import type { RunningBroker } from "@nightflow/broker";
import type { FieldLine, FieldMessage } from "@nightflow/crm-api";
import { describeError } from "@nightflow/domain";

type FromApi = { readonly no: number; readonly topic: string; readonly payload: string; readonly retain: boolean };
type ToApi =
  | { readonly type: "published"; readonly no: number; readonly error: string | null }
  | { readonly type: "heard"; readonly message: FieldMessage };

/** What the API hears of agents. */
const HEARD = ["status", "config/report", "command-reply"] as const;

/** Lets the thread behind a port publish as the API, and hear what agents say. Gives the way to stop it. */
export function serveFieldLine(broker: RunningBroker, port: MessagePort): () => void {
  const tell = (message: ToApi) => port.postMessage(message);
  port.on("message", ({ no, topic, payload, retain }: FromApi) => {
    broker.publish(topic, payload, { as: "api", retain }).then(
      () => tell({ type: "published", no, error: null }),
      (error: unknown) => tell({ type: "published", no, error: describeError(error) }),
    );
  });
  const stop = broker.onMessage(HEARD, ({ topic, payload }) => tell({ type: "heard", message: { topic, payload } }));
  return () => {
    stop();
    port.close();
  };
}

/** The API's way to agents through the broker of another thread; it is up for as long as the thread lives. */
export class PortFieldLine implements FieldLine {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (error: string | null) => void>();
  readonly #listeners = new Set<(message: FieldMessage) => void>();
  #no = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (message: ToApi) => this.#hear(message));
  }

  async publish({ topic, payload, retain }: Parameters<FieldLine["publish"]>[0]): Promise<void> {
    const no = ++this.#no;
    const text = typeof payload === "string" ? payload : Buffer.from(payload).toString("utf8");
    const error = await new Promise<string | null>((resolve) => {
      this.#waiting.set(no, resolve);
      this.#port.postMessage({ no, topic, payload: text, retain } satisfies FromApi);
    });
    if (error !== null) throw new Error(error);
  }

  onMessage(listener: (message: FieldMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onUp(listener: () => void): () => void {
    listener();
    return () => undefined;
  }

  close(): void {
    this.#port.close();
  }

  #hear(message: ToApi): void {
    if (message.type === "heard") for (const listener of this.#listeners) listener(message.message);
    else {
      this.#waiting.get(message.no)?.(message.error);
      this.#waiting.delete(message.no);
    }
  }
}
