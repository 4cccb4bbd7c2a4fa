/** Meter. */
export function MeterPage() {
  return null;
}
