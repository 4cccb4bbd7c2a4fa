import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  asPortError,
  describeError,
  gaugeFamily,
  type MetricFamily,
  metricsText,
  type ProcessReport,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { OperateConfig } from "./config.ts";
import type { OperatePart } from "./part.ts";
import { within } from "./within.ts";

/** What is served: the parts of this process, near or in other threads. */
export interface ServeOperateDeps {
  readonly config: Pick<OperateConfig, "host" | "port" | "liveWithinMs">;
  readonly parts: readonly OperatePart[];
  readonly logger: Logger;
}

/** Metrics and health of this process, served. */
export interface OperateServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Whether all parts are ready, and why not. */
export interface Readiness {
  readonly isReady: boolean;
  readonly parts: readonly Pick<ProcessReport, "part" | "isReady" | "reasons">[];
}

const METRICS_PATIENCE_MS = 5000;
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Serves `/metrics`, `/health/live` and `/health/ready` of this process.
 *
 * @throws {PortBusyError} naming the port when another program has it.
 */
export async function serveOperate({ config, parts, logger }: ServeOperateDeps): Promise<OperateServer> {
  const { host, port, liveWithinMs } = config;
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    "/metrics": () => metricsPage(parts),
    "/health/live": () => liveAnswer(parts, liveWithinMs),
    "/health/ready": async () => readyAnswer(await readinessOf(parts, liveWithinMs)),
  };
  const server = createServer((request, response) => {
    answer(request, answers)
      .catch((error: unknown): Answer => ({ status: 500, type: "text/plain", body: `${describeError(error)}\n` }))
      .then(({ status, type, body }) => send(response, status, type, body, request.method === "HEAD"))
      .catch((error: unknown) => logger.debug({ reason: describeError(error) }, "an answer could not be sent"));
  });
  await listen(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  logger.info({ url }, "metrics and health are served");
  return { url, port: bound, close: () => closed(server) };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  request: IncomingMessage,
  answers: Readonly<Record<string, () => Promise<Answer>>>,
): Promise<Answer> {
  const [path = ""] = (request.url ?? "").split("?", 1);
  const found = Object.hasOwn(answers, path) ? answers[path] : undefined;
  if (found === undefined) return { status: 404, type: "text/plain", body: `${Object.keys(answers).join("\n")}\n` };
  if (request.method !== "GET" && request.method !== "HEAD")
    return { status: 405, type: "text/plain", body: "GET only\n" };
  return await found();
}

async function metricsPage(parts: readonly OperatePart[]): Promise<Answer> {
  const pages = await Promise.all(parts.map(metricsOf));
  return { status: 200, type: METRICS_TYPE, body: metricsText(pages.flat()) };
}

async function metricsOf(part: OperatePart): Promise<readonly MetricFamily[]> {
  const up = (value: number) =>
    gaugeFamily("nightflow_thread_up", "1 when the thread answered this look, else 0.", {
      value,
      labels: { thread: part.name },
    });
  try {
    return [up(1), ...(await within(METRICS_PATIENCE_MS, part.metrics()))];
  } catch {
    return [up(0)];
  }
}

async function liveAnswer(parts: readonly OperatePart[], liveWithinMs: number): Promise<Answer> {
  const threads = await Promise.all(
    parts.map(async (part) => {
      const from = performance.now();
      const isLive = await within(liveWithinMs, part.ping()).then(
        () => true,
        () => false,
      );
      return { thread: part.name, isLive, answeredMs: isLive ? Math.round(performance.now() - from) : null };
    }),
  );
  return json(
    threads.every(({ isLive }) => isLive),
    { threads },
  );
}

/** Asks every part whether it is ready; one that does not answer is not. */
export async function readinessOf(parts: readonly OperatePart[], patienceMs: number): Promise<Readiness> {
  const all = await Promise.all(
    parts.map(async (one) => {
      try {
        const { part, isReady, reasons } = await within(patienceMs, one.report());
        return { part, isReady, reasons };
      } catch (error) {
        return { part: one.name, isReady: false, reasons: [describeError(error)] };
      }
    }),
  );
  return { isReady: all.every(({ isReady }) => isReady), parts: all };
}

function readyAnswer(readiness: Readiness): Answer {
  return json(readiness.isReady, readiness);
}

function json(isGood: boolean, body: object): Answer {
  return { status: isGood ? 200 : 503, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

function send(response: ServerResponse, status: number, type: string, body: string, isHead: boolean): void {
  const headers = { "content-type": type, "cache-control": "no-store", "content-length": Buffer.byteLength(body) };
  response.writeHead(status, headers).end(isHead ? undefined : body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(asPortError(error, "metrics and health (operate)", host, port)));
    server.listen(port, host, resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
