import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { NightflowError } from "@nightflow/domain";
import type { z } from "zod";

/** The other side of a hold is gone, or said something else than was due. */
export class HoldLostError extends NightflowError {
  readonly code = "STORE_HOLD_LOST";
  readonly retriable = true;
}

/** JSON objects, one a line, over a socket. */
export class HoldLines {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Its failure ends the lines, and that is what is waited for.
    socket.on("error", () => socket.destroy());
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  say(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** What the other side says next. @throws {HoldLostError} when it has gone, or says what nobody understands. */
  async hear<Message>(schema: z.ZodType<Message>): Promise<Message> {
    const { value, done } = await this.#lines.next().catch(() => ({ value: undefined, done: true }));
    if (done === true) throw new HoldLostError("the connection to the other side ended");
    const { data } = schema.safeParse(jsonOf(value ?? ""));
    if (data === undefined) throw new HoldLostError("the other side said what nobody understands");
    return data;
  }

  end(): void {
    this.#socket.end();
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
