import { createServer, type Socket } from "node:net";

/**
 * Modbus TCP devices that cost next to nothing: every answer is built before anybody asks, and only the number of the
 * request is written into it. Run as a process: `devices.ts <connections> <units> <words>`; says its ports on standard output, and what
 * it served whenever a line comes in.
 */
const [connections = 10, units = 20, words = 100] = process.argv.slice(2).map(Number);
const VARIANTS = 16;
const HEAD_BYTES = 9;

/** One answer to "read holding registers": totals that grow, and gauges that move, two words each. */
function answerOf(unit: number, variant: number): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + words * 2);
  frame.writeUInt16BE(3 + words * 2, 4);
  frame.writeUInt8(unit, 6);
  frame.writeUInt8(3, 7);
  frame.writeUInt8(words * 2, 8);
  for (let at = 0; at < words; at += 2) {
    const offset = HEAD_BYTES + at * 2;
    if (at % 4 === 0) frame.writeUInt32BE(12_345_678 + unit * 1000 + variant * 7 + at, offset);
    else frame.writeFloatBE(1 + unit / 10 + variant / 100 + at / 1000, offset);
  }
  return frame;
}

const answers = Array.from({ length: units }, (_, unit) =>
  Array.from({ length: VARIANTS }, (_, variant) => answerOf(unit + 1, variant)),
);
let served = 0;

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let from = 0;
    for (; rest.length - from >= 12; from += 12) {
      const unit = rest[from + 6] ?? 1;
      const answer = answers[unit - 1]?.[served % VARIANTS];
      if (answer === undefined) continue;
      served++;
      // Copied, since the next variant may be sent before the socket has taken this one.
      const frame = Buffer.from(answer);
      frame[0] = rest[from] ?? 0;
      frame[1] = rest[from + 1] ?? 0;
      socket.write(frame);
    }
    rest = rest.subarray(from);
  });
  socket.on("error", () => socket.destroy());
}

const servers = await Promise.all(
  Array.from({ length: connections }, async () => {
    const server = createServer(serve);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }),
);
const ports = servers.map((server) => (server.address() as { port: number }).port);
process.stdout.write(`${JSON.stringify({ ports })}\n`);
process.stdin.on("data", () => void process.stdout.write(`${JSON.stringify({ served })}\n`));
process.stdin.on("end", () => process.exit(0));
