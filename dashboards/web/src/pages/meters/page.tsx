/** Meters. */
export function MetersPage() {
  return null;
}
