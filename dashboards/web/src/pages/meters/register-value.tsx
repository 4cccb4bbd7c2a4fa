import { formatFixed, NO_VALUE } from "@nightflow/dashboards/reports";
import { useFormat } from "../../parts/use-format.ts";

const REGISTER_DIGITS = 3;

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
  const { language } = useFormat();
  if (props.value === null) return <span className="nf-number">{NO_VALUE}</span>;
  return (
    <span className="nf-number">
      {formatFixed(props.value, language, REGISTER_DIGITS)} {unitText(props.unit)}
    </span>
  );
}
