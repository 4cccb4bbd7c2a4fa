import type { OrderBody } from "../commands/queries.ts";

/** How frames are told apart on a line. */
export type ProbeFraming = "tcp" | "rtu" | "ascii";

/** What the form of a probe holds, as it was typed. */
export interface ProbeForm {
  /** Over a bus that runs, another TCP address, or a serial port of the gateway. */
  readonly line: "bus" | "tcp" | "serial";
  readonly bus: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd";
  readonly stopBits: 1 | 2;
  readonly framing: ProbeFraming;
  readonly units: string;
  readonly timeoutMs: number;
  /** Such as `3:0-39`; empty for a scan. */
  readonly block: string;
  readonly dial: string;
  /** How the manual numbers the total; empty where nobody looked. */
  readonly manualAddress: string;
  readonly isGas: boolean;
  readonly profile: string;
  /** Of the type plate; empty where it cannot be read. */
  readonly q3: string;
  readonly everyS: number;
}

/** The same block at an earlier time, with what the dial showed. */
export type EarlierReading = NonNullable<NonNullable<ProbeOrderBody["options"]>["earlier"]>;

/** What a probe form begins with. */
export const FIRST_FORM: ProbeForm = {
  ...{ line: "tcp", bus: "", host: "", port: 502 },
  ...{ path: "", baudRate: 9600, dataBits: 8, parity: "none", stopBits: 1, framing: "tcp" },
  ...{ units: "1-32", timeoutMs: 500, block: "", dial: "", manualAddress: "", isGas: false },
  ...{ profile: "", q3: "", everyS: 10 },
};

/** A field of the form that cannot be used, by which the page says what is missing. */
export type ProbeFault =
  | "line"
  | "path"
  | "units"
  | "block"
  | "dial"
  | "manualAddress"
  | "q3"
  | "oneUnit"
  | "blockOrProfile"
  | "earlierDial";
type ProbeOrderBody = Extract<OrderBody["order"], { kind: "probe" }>;
type ProbeOptions = NonNullable<ProbeOrderBody["options"]>;
const MOST_WORDS = 125;
const NUMBER = /^\d{1,6}([.,]\d{1,4})?$/;

/** The order in a form, compared with an earlier reading where there is one; or what of it cannot be used. */
export function probeOrder(
  form: ProbeForm,
  earlier?: EarlierReading,
): { readonly order: ProbeOrderBody } | { readonly fault: ProbeFault } {
  const fault = faultOfLine(form) ?? faultOfOptions(form, earlier);
  if (fault !== undefined) return { fault };
  return { order: { kind: "probe", ...lineOf(form), options: optionsOf(form, earlier) } };
}

function faultOfLine({ line, bus, host, path }: ProbeForm): ProbeFault | undefined {
  if (line === "serial") return path.trim() === "" ? "path" : undefined;
  return (line === "bus" ? bus : host).trim() === "" ? "line" : undefined;
}

function faultOfOptions(form: ProbeForm, earlier: EarlierReading | undefined): ProbeFault | undefined {
  const units = unitIdsOf(form.units);
  const [block, dial, profile, q3] = [form.block.trim(), form.dial.trim(), form.profile.trim(), form.q3.trim()];
  const manual = form.manualAddress.trim();
  if (units === null) return "units";
  if (block !== "" && blockOf(block) === null) return "block";
  if (dial !== "" && !/^-?\d{1,15}([.,]\d{1,9})?$/.test(dial)) return "dial";
  if (block !== "" && profile !== "") return "blockOrProfile";
  if (units.length !== 1 && (block !== "" || profile !== "")) return "oneUnit";
  if (block !== "" && manual !== "" && !(/^\d{1,6}$/.test(manual) && Number(manual) <= 465_536)) return "manualAddress";
  if (profile !== "" && q3 !== "" && !(NUMBER.test(q3) && decimal(q3) > 0)) return "q3";
  return earlier !== undefined && block !== "" && dial === "" ? "earlierDial" : undefined;
}

function optionsOf(form: ProbeForm, earlier: EarlierReading | undefined): ProbeOptions {
  const { timeoutMs, everyS, isGas } = form;
  const [dial, profile, q3, manual] = [
    form.dial.trim(),
    form.profile.trim(),
    form.q3.trim(),
    form.manualAddress.trim(),
  ];
  const read = blockOf(form.block.trim());
  const gas = isGas && { isGas };
  if (read === null && profile === "") return { units: unitIdsOf(form.units) ?? [], timeoutMs };
  const common = { units: unitIdsOf(form.units) ?? [], timeoutMs, ...gas };
  if (read === null) return { ...common, profile, everyS, ...(q3 !== "" && { q3M3h: decimal(q3) }) };
  return {
    ...{ ...common, read },
    ...(dial !== "" && { dial }),
    ...(manual !== "" && { manualAddress: Number(manual) }),
    ...(earlier !== undefined && { earlier }),
  };
}

/** The number in a text whose decimals begin with a point or a comma. */
function decimal(text: string): number {
  return Number(text.replace(",", "."));
}

function lineOf(form: ProbeForm): Pick<ProbeOrderBody, "bus" | "line"> {
  const { bus, port, baudRate, dataBits, parity, stopBits, framing } = form;
  if (form.line === "bus") return { bus };
  if (form.line === "tcp") return { line: { transport: { kind: "tcp", host: form.host.trim(), port }, framing } };
  const path = form.path.trim();
  return { line: { transport: { kind: "serial", path, baudRate, dataBits, parity, stopBits }, framing } };
}

/** Framings that a line may have; Modbus TCP goes over no serial port. */
export function framingsOf(line: ProbeForm["line"]): readonly ProbeFraming[] {
  return line === "serial" ? ["rtu", "ascii"] : ["tcp", "rtu", "ascii"];
}

/** Where another kind of line begins: the framing that is usual there. */
export function onLine(line: ProbeForm["line"], bus = ""): Partial<ProbeForm> {
  return { line, bus, framing: line === "serial" ? "rtu" : "tcp" };
}

function unitIdsOf(text: string): number[] | null {
  const ids = new Set<number>();
  for (const piece of text.split(",")) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(piece.trim());
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (match === null || first > last || last > 255) return null;
    for (let id = first; id <= last; id++) ids.add(id);
  }
  return [...ids];
}

function blockOf(text: string): ProbeOptions["read"] | null {
  const match = /^([34]):(\d{1,5})-(\d{1,5})$/.exec(text);
  const [from, to] = [Number(match?.[2]), Number(match?.[3])];
  if (match === null || from > to || to > 65_535 || to - from >= MOST_WORDS) return null;
  return { functionCode: match[1] === "4" ? 4 : 3, from, to };
}
