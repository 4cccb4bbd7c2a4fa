/** A unit as people write it: `m³/h` for `m3/h`, `°C` for `Cel`. */
export function unitText(unit: string): string {
  return unit === "Cel" ? "°C" : unit.replace("m3", "m³");
}
