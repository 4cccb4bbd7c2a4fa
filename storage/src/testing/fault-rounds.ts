/**
 * How often a test kills each of the things that it kills: `NIGHTFLOW_FAULT_ROUNDS`, else `ordinary`, which an ordinary
 * run of the tests has the time for.
 */
export function faultRounds(ordinary: number): number {
  const given = process.env.NIGHTFLOW_FAULT_ROUNDS;
  if (given === undefined || given === "") return ordinary;
  const rounds = Number(given);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new RangeError(`NIGHTFLOW_FAULT_ROUNDS is no count: ${given}`);
  return rounds;
}
