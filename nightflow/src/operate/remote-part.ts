import type { MessagePort } from "node:worker_threads";
import type { MetricFamily, ProcessPart, ProcessReport } from "@nightflow/domain";
import { createBirpc } from "birpc";
import type { OperatePart } from "./part.ts";

/** What a thread answers to the one that serves its metrics and health. */
interface PartFunctions {
  ping(): Promise<void>;
  metrics(): Promise<readonly MetricFamily[]>;
  report(): Promise<ProcessReport>;
}

const ASKED_LONGEST_MS = 10_000;

/** Lets the thread at the other end of `port` look at this one. */
export function servePart(part: OperatePart, port: MessagePort): void {
  const functions: PartFunctions = {
    ping: () => part.ping(),
    metrics: () => part.metrics(),
    report: () => part.report(),
  };
  createBirpc<Record<string, never>, PartFunctions>(functions, overPort(port));
  port.unref();
}

/** Another thread's part. Its calls reject when the thread is gone or does not answer. */
export function remotePart(name: ProcessPart, port: MessagePort): OperatePart & { close(): void } {
  const remote = createBirpc<PartFunctions, Record<string, never>>(
    {},
    { ...overPort(port), timeout: ASKED_LONGEST_MS },
  );
  port.unref();
  return {
    name,
    ping: () => remote.ping(),
    metrics: () => remote.metrics(),
    report: () => remote.report(),
    close() {
      remote.$close(new Error(`thread ${name} is no longer asked`));
      port.close();
    },
  };
}

function overPort(port: MessagePort) {
  return {
    post: (message: unknown) => port.postMessage(message),
    on: (listener: (message: unknown) => void) => void port.on("message", listener),
    off: (listener: (message: unknown) => void) => void port.off("message", listener),
  };
}
