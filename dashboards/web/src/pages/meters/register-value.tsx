import { useFormat } from "../../parts/use-format.ts";

const UNITS: Readonly<Record<string, string>> = {
  m3: "m³",
  Sm3: "Sm³",
  "m3/h": "m³/h",
  "Sm3/h": "Sm³/h",
  "m3/s": "m³/s",
  Cel: "°C",
  "1": "",
};

/** A unit as people write it. */
export function unitText(unit: string | null): string {
  return unit === null ? "" : (UNITS[unit] ?? unit);
}

/** What a register or gauge shows, with its unit; to the litre, as a dial does. */
export function RegisterValue(props: { readonly value: number | null; readonly unit: string | null }) {
  const { number } = useFormat();
  if (props.value === null) return <span className="nf-number">{number(null)}</span>;
  return (
    <span className="nf-number">
      {number(props.value, 3)} {unitText(props.unit)}
    </span>
  );
}
