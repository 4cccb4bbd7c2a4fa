import { connect } from "node:net";
import type { TcpTransport } from "@nightflow/domain";
import { realTimers } from "../timers.ts";
import type { Connect } from "./kept-transport.ts";

/** Connects to a TCP address. A far side that vanishes without a word is noticed by keep-alive. */
export function connectTcp({ host, port, connectTimeoutMs }: Omit<TcpTransport, "kind">): Connect {
  return (events) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
    let why: string | null = null;
    const endWait = realTimers.after(connectTimeoutMs, () => {
      why = `${host}:${port} did not answer within ${connectTimeoutMs} ms: is the address right, and the device on?`;
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      why = faultOf(error, host, port);
    });
    socket.once("connect", () => {
      endWait();
      events.opened();
    });
    socket.on("data", (bytes) => events.bytes(bytes));
    socket.once("close", () => {
      endWait();
      events.lost(why);
    });
    return { write: (bytes) => void socket.write(bytes), destroy: () => socket.destroy() };
  };
}

function faultOf(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === "ECONNREFUSED")
    return `${host} refuses port ${port}: is it the right port, and does the gateway allow one more connection?`;
  if (error.code === "ENOTFOUND") return `the name ${host} is not known: check the spelling, or use the address`;
  if (error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH")
    return `${host} cannot be reached from here: check the cable, the route and the firewall`;
  return `${host}:${port}: ${error.message}`;
}
