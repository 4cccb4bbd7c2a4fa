import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { signToken } from "@nightflow/broker";
import { bareClient, PINGREQ, PINGRESP } from "./raw-mqtt.ts";

/** Connecting at the same time. */
const AT_ONCE = 200;

/**
 * A process of idle agents, so that broker and agents do not share one process's descriptors: connects `count` of them by
 * tokens, sends "connected"; told "ping" it lets each ask for a sign of life, and sends "alive" with how many got it.
 */
const [port, count, secretFile = ""] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const secret = readFileSync(secretFile, "utf8").trim();
const exp = Math.floor(Date.now() / 1000) + 3600;

const sockets: Socket[] = [];
for (let from = 0; from < count; from += AT_ONCE) {
  const names = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => `idle-${from + at}`);
  sockets.push(...(await Promise.all(names.map(connect))));
}
process.on("message", () => {
  void Promise.all(sockets.map(isAlive)).then((alive) =>
    process.send?.({ type: "alive", count: alive.filter(Boolean).length }),
  );
});
process.once("disconnect", () => process.exit(0));
process.send?.({ type: "connected" });

function connect(username: string): Promise<Socket> {
  return bareClient({
    port,
    username,
    password: signToken({ name: username, role: "agent", site: "town", exp }, secret),
  });
}

async function isAlive(socket: Socket): Promise<boolean> {
  if (socket.destroyed) return false;
  socket.write(PINGREQ);
  const [answer] = (await Promise.race([once(socket, "data"), once(socket, "close")])) as [Buffer | boolean];
  return Buffer.isBuffer(answer) && answer.equals(PINGRESP);
}
