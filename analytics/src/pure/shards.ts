/** One of the parts that the meters are split into; 0 of 1 is all of them. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** All meters in one part. */
export const WHOLE: Shard = { index: 0, count: 1 };

/**
 * Whether a shard judges a subject: a meter, an account, a district or an agent, each by its own id. The part is fixed by
 * the id alone, in every process and release. Source: FNV-1a, 32 bit, over the UTF-16 units; the high bits are folded
 * in since the low ones of short ids hardly differ.
 */
export function isIn(shard: Shard, id: string): boolean {
  return shard.count === 1 || partOf(id, shard.count) === shard.index;
}

function partOf(id: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 16;
  return (Math.imul(hash, 0x85ebca6b) >>> 8) % count;
}
