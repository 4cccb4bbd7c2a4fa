import {
  convert,
  countsToValue,
  type Decoded,
  decodeRegister,
  type MeterProfile,
  type ProfileRegister,
  type Quantity,
  readStatus,
  type StatusReading,
} from "@nightflow/domain";
import type { LineAsker } from "../drivers/modbus/line.ts";
import { planRequests, wordsOf } from "../profiles/plan.ts";
import type { MeterSample } from "./commission.ts";

/** One register as it was read. */
export interface RegisterRead {
  readonly name: string;
  readonly unit: string;
  /** The value in `unit`; null when there is none. */
  readonly value: number | null;
  /** Why there is none: the answer's text, or the reason of the decoder. */
  readonly fault: string | null;
  readonly words: readonly number[];
  readonly status: StatusReading | null;
}

/** All registers of a profile, read once, request by request as the agent reads them. */
export async function readMeter(
  line: LineAsker,
  unitId: number,
  profile: MeterProfile,
  timeoutMs: number,
): Promise<RegisterRead[]> {
  const reads: RegisterRead[] = [];
  for (const request of planRequests(profile, Object.keys(profile.registers))) {
    const { answer } = await line.ask({ ...request, unitId, timeoutMs });
    for (const name of request.registers) {
      const register = profile.registers[name];
      if (register === undefined) continue;
      if (answer.kind !== "words")
        reads.push(failed(name, register, answer.kind === "exception" ? answer.text : answer.kind));
      else reads.push(decoded(name, register, wordsOf(profile, name, request, answer.words)));
    }
  }
  return reads;
}

function failed(name: string, { unit }: ProfileRegister, fault: string): RegisterRead {
  return { name, unit, value: null, fault, words: [], status: null };
}

function decoded(name: string, register: ProfileRegister, words: number[][]): RegisterRead {
  const { unit, resolution, status } = register;
  const result = decodeRegister(register, words, { unit, resolution });
  const value = shownValue(result, resolution);
  return {
    name,
    unit,
    value,
    fault: "missing" in result ? result.missing : null,
    words: words.flat(),
    status: status !== undefined && value !== null ? readStatus(status, value) : null,
  };
}

function shownValue(result: Decoded, resolution: number | undefined): number | null {
  if ("missing" in result) return null;
  return resolution === undefined ? Number(result.value) : countsToValue(result.value, resolution);
}

/** Totals by which a meter is judged, the best first: what went in, not what is left when the return is taken off. */
const TOTALS = ["forward_total", "vb_total", "vm_total", "net_total"] as const;

/** The total and the flow of a reading, for judging it. */
export function sampleOf(profile: MeterProfile, reads: readonly RegisterRead[], atMs: number): MeterSample {
  const firstOf = (quantity: Quantity, target: "m3" | "m3/h"): number | null => {
    const read = reads.find(({ name, value }) => value !== null && profile.registers[name]?.quantity === quantity);
    const unit = profile.registers[read?.name ?? ""]?.unit;
    return read?.value == null || unit === undefined ? null : inCubicMetres(read.value, unit, target);
  };
  const totals = TOTALS.flatMap((quantity) => firstOf(quantity, "m3") ?? []);
  return { atMs, totalM3: totals[0] ?? null, flowM3h: firstOf("flow", "m3/h") };
}

/** Base volume and mass count as they are: only their ratio to the flow matters here. */
function inCubicMetres(value: number, unit: ProfileRegister["unit"], target: "m3" | "m3/h"): number {
  return unit.startsWith("Sm3") || unit.startsWith("kg") ? value : convert(value, unit, target);
}
