/**
 * Whether every topic that `narrow` stands for is one of `wide`; a topic without wildcards stands for itself.
 * @see MQTT 3.1.1, section 4.7
 */
export function covers(wide: string, narrow: string): boolean {
  const wanted = narrow.split("/");
  const given = wide.split("/");
  for (const [at, level] of given.entries()) {
    if (level === "#") return true;
    const other = wanted[at];
    if (other === undefined || other === "#") return false;
    if (level !== "+" && level !== other) return false;
  }
  return given.length === wanted.length;
}
