/** Where a piece of work stands in a trace: ids as OpenTelemetry writes them, 32 and 16 hexadecimal digits. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * The trace of one batch, the same in every process that meets it: nothing on the wire has to carry it. Its span id is
 * that of the batch as a whole, under which every stage puts its own.
 *
 * @param agent `site/agent`.
 */
export function traceOfBatch(agent: string, epoch: string, seq: number): TracePlace {
  return placeOf(`batch ${agent} ${epoch} ${seq}`);
}

/** The trace of one commit of the store and of what was found in it. */
export function traceOfCommit(no: number): TracePlace {
  return placeOf(`commit ${no}`);
}

/** `00-<trace>-<span>-01`, as jobs carry it. @see https://www.w3.org/TR/trace-context/ */
export function traceparentOf({ traceId, spanId }: TracePlace): string {
  return `00-${traceId}-${spanId}-01`;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The place in a traceparent; undefined when it is none. */
export function parseTraceparent(text: string | undefined): TracePlace | undefined {
  const [, traceId, spanId] = TRACEPARENT.exec(text ?? "") ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

function placeOf(key: string): TracePlace {
  return { traceId: hex(key, 1) + hex(key, 2) + hex(key, 3) + hex(key, 4), spanId: hex(key, 5) + hex(key, 6) };
}

// FNV-1a with a seed, mixed by murmur's finaliser: spread evenly, which is all that sampling by the id asks for, and
// without a library, since pages load this module too.
function hex(key: string, seed: number): string {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b9);
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
