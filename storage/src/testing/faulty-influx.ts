import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a stand-in for InfluxDB does with one write; `pass` hands it to the real server. */
export type WriteFault = "pass" | { readonly status: number; readonly body: string } | "reset" | "lost answer" | "hold";

/** A server between a store and a real InfluxDB that fails writes as told. */
export interface FaultyInflux {
  readonly url: string;
  /** Writes that came, with how many lines each. */
  readonly writes: number[];
  /** Lets writes that are held go on. */
  release(): void;
  close(): void;
}

/**
 * Stands before a real InfluxDB: passes everything on, but does with the n-th write what `faultOf(n)` says. `lost answer`
 * stores the lines and drops the connection, `hold` keeps the write until `release`.
 */
export async function startFaultyInflux(
  target: string,
  faultOf: (no: number, lines: string) => WriteFault,
): Promise<FaultyInflux> {
  const writes: number[] = [];
  const held: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const pass = () => forward(target, request.method ?? "GET", request.url ?? "/", request.headers, body);
    if (!request.url?.startsWith("/api/v2/write")) return await answer(response, pass());
    const lines = body.toString("utf8");
    writes.push(lines.split("\n").length);
    const fault = faultOf(writes.length, lines);
    if (fault === "reset") return void request.socket.destroy();
    if (fault === "hold")
      await new Promise<void>((resolve) => {
        held.push(resolve);
      });
    if (typeof fault === "object") return void response.writeHead(fault.status).end(fault.body);
    const done = pass();
    if (fault !== "lost answer") return await answer(response, done);
    await done;
    request.socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    release: () => {
      for (const go of held.splice(0)) go();
    },
    close: () => end(server),
  };
}

function forward(
  target: string,
  method: string,
  path: string,
  headers: NodeJS.Dict<string | string[]>,
  body: Buffer,
): Promise<Response> {
  const { authorization = "", accept = "*/*", "content-type": type = "text/plain" } = headers;
  const given = { authorization: String(authorization), accept: String(accept), "content-type": String(type) };
  return fetch(`${target}${path}`, { method, headers: given, ...(body.length > 0 && { body: new Uint8Array(body) }) });
}

async function answer(response: ServerResponse, coming: Promise<Response>): Promise<void> {
  try {
    const { status, ...got } = await coming.then(async (real) => ({ status: real.status, text: await real.text() }));
    response.writeHead(status).end(got.text);
  } catch {
    response.destroy();
  }
}

function end(server: Server): void {
  server.closeAllConnections();
  server.close();
}
