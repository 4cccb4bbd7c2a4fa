/**
 * A well mixed 32-bit hash of two integers: the town's only source of chance, so that any value of any instant can
 * be computed without the ones before it.
 *
 * @see MurmurHash3's 32-bit finaliser
 */
export function hash32(seed: number, n: number): number {
  let h = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) that is always the same for the same seed and integer. */
export function chance(seed: number, n: number): number {
  return hash32(seed, n) / 0x1_0000_0000;
}

/** A number in [from, to) that is always the same for the same seed and integer. */
export function between(seed: number, n: number, from: number, to: number): number {
  return from + chance(seed, n) * (to - from);
}

/** One element of a list that is not empty. */
export function pick<T>(list: readonly [T, ...T[]], seed: number, n: number): T {
  return list[Math.floor(chance(seed, n) * list.length)] ?? list[0];
}

/** The seed of a named part of the town, so that adding a meter does not change its neighbours. */
export function seedOf(townSeed: number, name: string): number {
  let h = hash32(townSeed | 0, 0x811c9dc5);
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return hash32(h, name.length);
}
