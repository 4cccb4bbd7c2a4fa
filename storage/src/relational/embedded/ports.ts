import { once } from "node:events";
import { createServer } from "node:net";
import { asPortError } from "@nightflow/domain";

/**
 * The port to listen on: `port` itself when it is free, any free one for 0. PostgreSQL has no port 0, so the port is
 * tried here and given back; the server may still lose it to somebody faster.
 *
 * @throws {PortBusyError} when `port` is in use.
 */
export async function choosePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, "listening");
    return (probe.address() as { port: number }).port;
  } catch (error) {
    throw asPortError(error, "embedded PostgreSQL", host, port);
  } finally {
    probe.close();
  }
}
