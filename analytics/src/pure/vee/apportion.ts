/**
 * Whole counts for slots, in proportion to their weights, whose sum is exactly `total`; null for no slot.
 *
 * Method: the running share of the total, rounded, and the differences of its neighbours, so that nothing is lost to rounding and no
 * slot is off by a whole count. Weights that are negative or not finite count as 0; where all are 0 every slot weighs the
 * same. A negative total (a net register) is shared out in the same way.
 *
 * @throws {RangeError} when `total` is not a whole number.
 * @see LEAKS 4, estimation 3 (interval adjustment from a scalar)
 */
export function apportion(total: number, weights: readonly number[]): number[] | null {
  if (!Number.isSafeInteger(total)) throw new RangeError("a total is a whole number of counts");
  if (weights.length === 0) return null;
  const usable = weights.map((weight) => (Number.isFinite(weight) && weight > 0 ? weight : 0));
  const largest = Math.max(...usable);
  // Scaled first, so that weights at either end of what a number holds have a sum.
  const scaled = largest > 0 ? usable.map((weight) => weight / largest) : usable.map(() => 1);
  return differences(total, scaled);
}

function differences(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let running = 0;
  let before = 0;
  return weights.map((weight, i) => {
    running += weight;
    const upTo = i === weights.length - 1 ? total : Math.round(total * Math.min(1, running / whole));
    const share = upTo - before;
    before = upTo;
    return share;
  });
}
