/** An exact number: `numerator` ÷ `denominator`, the denominator above zero. */
export interface Exact {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^([+-]?)(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/;
const MAX_EXPONENT = 60;

/** The number that a decimal text writes, such as `-12.50` or `1.5e3`; undefined for anything else, and beyond 10^60. */
export function parseDecimal(text: string): Exact | undefined {
  const [, sign, whole, fraction = "", power = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || Math.abs(Number(power)) > MAX_EXPONENT) return undefined;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const exponent = Number(power) - fraction.length;
  return exponent >= 0
    ? { numerator: digits * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-exponent) };
}

/**
 * The number that a float shows: 0.1 is one tenth here and not the float beside it.
 *
 * @throws {RangeError} when it is not finite.
 */
export function exactOf(value: number): Exact {
  const exact = parseDecimal(String(value));
  if (exact === undefined) throw new RangeError(`${value} is not a number of at most 60 digits`);
  return exact;
}

/** a × b. */
export function times(a: Exact, b: Exact): Exact {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** a ÷ b. @throws {RangeError} when b is zero. */
export function dividedBy(a: Exact, b: Exact): Exact {
  if (b.numerator === 0n) throw new RangeError("a number cannot be divided by zero");
  const sign = b.numerator < 0n ? -1n : 1n;
  return { numerator: a.numerator * b.denominator * sign, denominator: a.denominator * b.numerator * sign };
}

/** Whether a and b are the same number. */
export function isSameNumber(a: Exact, b: Exact): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

/** The whole number that this is; undefined when it is between two. */
export function wholeOf({ numerator, denominator }: Exact): bigint | undefined {
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

/** The nearest whole number, a half away from zero. */
export function nearestWhole({ numerator, denominator }: Exact): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = (size * 2n + denominator) / (denominator * 2n);
  return numerator < 0n ? -rounded : rounded;
}

const DIGITS_KEPT = 20;

/** The float nearest to it, or beside the nearest. */
export function toFloat({ numerator, denominator }: Exact): number {
  const isSmall = Number.isSafeInteger(Number(numerator)) && Number.isSafeInteger(Number(denominator));
  if (isSmall) return Number(numerator) / Number(denominator);
  const shift = DIGITS_KEPT + denominator.toString().length - numerator.toString().length;
  const scaled = shift > 0 ? (numerator * 10n ** BigInt(shift)) / denominator : numerator / denominator;
  return Number(`${scaled}e${shift > 0 ? -shift : 0}`);
}
