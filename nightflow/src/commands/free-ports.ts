import { createServer } from "node:net";

/**
 * Below the ranges from which systems give a port to an outgoing connection (32768 up on Linux, 49152 up elsewhere): a
 * port asked of the system with 0 comes from there, and a stranger's connection may hold it by the time we listen.
 */
const FIRST_PORT = 16_000;
const PORTS = 16_000;

/** `count` different TCP ports of the loopback interface that nobody listens on now and that no outgoing connection takes. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count && tries < PORTS; tries += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (!ports.has(port) && (await isPortFree(port))) ports.add(port);
  }
  return [...ports];
}

/** Whether nobody listens on a port of the loopback interface. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
