import type { OrderBody } from "../commands/queries.ts";

/** What the form of a probe holds, as it was typed. */
export interface ProbeForm {
  /** A bus of the agent; empty for a line of its own. */
  readonly bus: string;
  readonly host: string;
  readonly port: number;
  readonly framing: "tcp" | "rtu" | "ascii";
  readonly units: string;
  readonly timeoutMs: number;
  /** Such as `3:0-39`; empty for a scan. */
  readonly block: string;
  readonly dial: string;
  readonly profile: string;
}

/** What a probe form begins with. */
export const FIRST_FORM: ProbeForm = {
  ...{ bus: "", host: "", port: 502, framing: "tcp", units: "1-32", timeoutMs: 500, block: "", dial: "", profile: "" },
};

/** A field of the form that cannot be used, by which the page says what is missing. */
export type ProbeFault = "line" | "units" | "block" | "dial" | "oneUnit" | "blockOrProfile";
type ProbeOrderBody = Extract<OrderBody["order"], { kind: "probe" }>;
const MOST_WORDS = 125;

/** The order in a form; or what of it cannot be used. */
export function probeOrder(form: ProbeForm): { readonly order: ProbeOrderBody } | { readonly fault: ProbeFault } {
  const units = unitIdsOf(form.units);
  const read = form.block.trim() === "" ? undefined : blockOf(form.block);
  const dial = form.dial.trim();
  const profile = form.profile.trim();
  if (form.bus === "" && form.host.trim() === "") return { fault: "line" };
  if (units === null) return { fault: "units" };
  if (read === null) return { fault: "block" };
  if (dial !== "" && !/^-?\d{1,15}([.,]\d{1,9})?$/.test(dial)) return { fault: "dial" };
  if (read !== undefined && profile !== "") return { fault: "blockOrProfile" };
  if (units.length !== 1 && (read !== undefined || profile !== "")) return { fault: "oneUnit" };
  const options = {
    ...{ units, timeoutMs: form.timeoutMs },
    ...(read && { read }),
    ...(dial !== "" && { dial }),
    ...(profile !== "" && { profile }),
  };
  return { order: { kind: "probe", ...lineOf(form), options } };
}

function lineOf({ bus, host, port, framing }: ProbeForm): Pick<ProbeOrderBody, "bus" | "line"> {
  if (bus !== "") return { bus };
  return { line: { transport: { kind: "tcp", host: host.trim(), port }, framing } };
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

function blockOf(text: string): NonNullable<ProbeOrderBody["options"]>["read"] | null {
  const match = /^([34]):(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const [from, to] = [Number(match?.[2]), Number(match?.[3])];
  if (match === null || from > to || to > 65_535 || to - from >= MOST_WORDS) return null;
  return { functionCode: match[1] === "4" ? 4 : 3, from, to };
}
