import {
  decodePart,
  decodeText,
  type IdentityRegister,
  type MeterProfile,
  pduAddress,
  wordsOfPart,
} from "@nightflow/domain";
import { isOfUnit, type LineAnswer, type LineAsker } from "../drivers/modbus/line.ts";
import type { ProfileLibrary } from "../profiles/library.ts";
import { type AskWords, askerOf } from "./block.ts";

/** A unit that answered. */
export interface FoundUnit {
  readonly unitId: number;
  /** What it said to the first question: `words`, or the text of its refusal. */
  readonly said: string;
  /** How long its first answer took. */
  readonly latencyMs: number;
  /** Profiles whose identity registers it answers as they say. */
  readonly profiles: readonly string[];
}

export interface ScanDeps {
  readonly line: LineAsker;
  readonly unitIds: readonly number[];
  readonly timeoutMs: number;
  readonly library: ProfileLibrary;
  /** Whether there is time for one unit more; without it there is. */
  readonly hasTime?: () => boolean;
  readonly onProgress?: (done: number, unitId: number) => void;
}

/** The units that answered, and those whose turn did not come. */
export interface Scanned {
  readonly units: readonly FoundUnit[];
  readonly notAsked: readonly number[];
}

/** Asks each unit for one register. A refusal is an answer too: whoever refuses is there. */
export async function scanUnits(deps: ScanDeps): Promise<Scanned> {
  const { line, unitIds, timeoutMs, library, hasTime, onProgress } = deps;
  const units: FoundUnit[] = [];
  for (const [at, unitId] of unitIds.entries()) {
    if (hasTime?.() === false) return { units, notAsked: unitIds.slice(at) };
    const { answer, tookMs } = await line.ask({
      unitId,
      functionCode: 3,
      address: 0,
      quantity: 1,
      words: 1,
      timeoutMs,
    });
    if (isOfUnit(answer)) {
      const profiles = await identify(askerOf(line, unitId, timeoutMs), library);
      units.push({ unitId, said: saidBy(answer), latencyMs: Math.round(tookMs), profiles });
    }
    onProgress?.(at + 1, unitId);
  }
  return { units, notAsked: [] };
}

function saidBy(answer: LineAnswer): string {
  return answer.kind === "exception" ? answer.text : "words";
}

/** The profiles whose every identity register with an expectation is answered as expected. */
export async function identify(ask: AskWords, library: ProfileLibrary): Promise<string[]> {
  const names: string[] = [];
  for (const profile of library.values()) {
    const marks = Object.values(profile.identity).filter(({ expect }) => expect !== undefined);
    if (marks.length > 0 && (await isModel(ask, profile, marks))) names.push(profile.name);
  }
  return names;
}

async function isModel(ask: AskWords, profile: MeterProfile, marks: readonly IdentityRegister[]): Promise<boolean> {
  for (const { functionCode, part, expect } of marks) {
    const answer = await ask(functionCode, pduAddress(profile, part.address), wordsOfPart(part));
    if (answer.kind !== "words") return false;
    const said = part.type === "string" ? decodeText(answer.words, part) : Number(decodePart(answer.words, part));
    if (said !== expect) return false;
  }
  return true;
}
