import { createServer, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";

/**
 * A broker with the smallest head-end behind it, cheap enough to stand beside what is measured: it confirms every
 * message, and acknowledges Nightflow's batches end to end. Run as a process; says its port, and what came whenever a line comes in.
 */
const HEAD = /"epoch":"([^"]+)","seq":(\d+)/;
let messages = 0;
let bytes = 0;

/** The highest seq of an epoch without a hole, and those above it. */
class Marks {
  #seq = 0;
  readonly #above = new Set<number>();

  take(seq: number): { seq: number; above: number[] } {
    this.#above.add(seq);
    while (this.#above.delete(this.#seq + 1)) this.#seq++;
    return { seq: this.#seq, above: [...this.#above] };
  }
}

const marks = new Map<string, Marks>();

function serve(socket: Socket): void {
  const say = (packet: Packet) => socket.write(generate(packet));
  const reader = parser();
  reader.on("packet", (packet: Packet) => {
    if (packet.cmd === "connect") say({ cmd: "connack", returnCode: 0, sessionPresent: false });
    else if (packet.cmd === "subscribe")
      say({ cmd: "suback", messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) });
    else if (packet.cmd === "pingreq") say({ cmd: "pingresp" });
    else if (packet.cmd === "publish") {
      messages++;
      bytes += packet.payload.length;
      if (packet.qos === 1) say({ cmd: "puback", messageId: packet.messageId ?? 0 });
      if (packet.topic.endsWith("/readings")) acknowledge(socket, packet.topic, packet.payload as Buffer);
    }
  });
  socket.on("data", (data) => void reader.parse(data));
  socket.on("error", () => socket.destroy());
}

function acknowledge(socket: Socket, topic: string, payload: Buffer): void {
  const [, epoch = "", text = "0"] = HEAD.exec(payload.toString("latin1", 0, 200)) ?? [];
  const known = marks.get(epoch) ?? new Marks();
  marks.set(epoch, known);
  const ack = JSON.stringify({ v: 1, epoch, ...known.take(Number(text)) });
  const packet = { topic: topic.replace(/readings$/, "ack"), payload: ack, qos: 0, retain: false, dup: false } as const;
  socket.write(generate({ cmd: "publish", ...packet }));
}

const server = createServer(serve);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
process.stdout.write(`${JSON.stringify({ port: (server.address() as { port: number }).port })}\n`);
process.stdin.on("data", () => void process.stdout.write(`${JSON.stringify({ messages, bytes })}\n`));
process.stdin.on("end", () => process.exit(0));
