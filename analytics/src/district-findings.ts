import type { FindingSink } from "./engine.ts";
import { isLiveLongEnough } from "./meter-findings.ts";
import type { District, InletOrigin, JudgedNight } from "./pure/district.ts";
import { lossProof, nightProof } from "./pure/districts/proofs.ts";
import type { Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";

const NIGHT_MS = 3 * 3_600_000;

/** A district at work: its nights, and whose they are. */
export interface WatchedDistrict {
  readonly district: District;
  readonly who: FindingSubject;
  readonly pricePerM3: number;
}

type DistrictRule = "NIGHT_MIN" | "DMA_LOSS" | "GAS_UFG";

/** What the nights of districts show, as steps of findings; live and when they are judged again. */
export class DistrictFindings {
  readonly #sink: FindingSink;

  constructor(sink: FindingSink) {
    this.#sink = sink;
  }

  /** Judges and balances what has passed. `knownAtMs` is when that was known; null for the end of each night. */
  judge(watched: WatchedDistrict, knownAtMs: number | null): void {
    const { district } = watched;
    for (let night = district.judgeNext(); night; night = district.judgeNext()) {
      this.#onNight(watched, night, knownAtMs ?? night.nightStartMs + NIGHT_MS);
      if (knownAtMs === null) this.#balance(watched, null);
    }
    this.#balance(watched, knownAtMs);
  }

  /** Tells of the findings that are open in a kept state: a course that begins there goes on with them. */
  goOn(watched: WatchedDistrict): void {
    const { district } = watched;
    this.#open(watched, "NIGHT_MIN", district.night.openMs, district.isPast);
    this.#open(watched, lossRuleOf(watched), district.loss.openMs, district.isLossPast);
  }

  #open(watched: WatchedDistrict, rule: DistrictRule, startMs: number, isPast: boolean): void {
    if (startMs !== 0) this.#report(watched, rule, { step: "open", startMs }, startMs, isPast, null);
  }

  #balance(watched: WatchedDistrict, knownAtMs: number | null): void {
    const { district } = watched;
    for (let night = district.balanceNext(); night; night = district.balanceNext())
      this.#onBalance(watched, night, knownAtMs ?? night.nightStartMs + NIGHT_MS);
  }

  #onNight(watched: WatchedDistrict, night: JudgedNight, atMs: number): void {
    const { district } = watched;
    this.#sink.night(night.row);
    district.isPast = isStillPast(district.isPast, night, district.origin);
    const proof = night.step === "clear" || night.step === "none" ? null : nightProof(district, night);
    this.#report(watched, "NIGHT_MIN", night, atMs, district.isPast, proof);
    if (night.step === "clear") district.isPast = false;
  }

  #onBalance(watched: WatchedDistrict, night: JudgedNight, atMs: number): void {
    const { district } = watched;
    const rule = lossRuleOf(watched);
    district.isLossPast = isStillPast(district.isLossPast, night, district.origin);
    const isShown = night.step !== "clear" && night.step !== "none";
    const proof = isShown ? lossProof(district, night, rule === "GAS_UFG") : null;
    this.#report(watched, rule, night, atMs, district.isLossPast, proof);
    if (night.step === "clear") district.isLossPast = false;
  }

  #report(
    watched: WatchedDistrict,
    rule: DistrictRule,
    { step, startMs }: Pick<JudgedNight, "step" | "startMs">,
    atMs: number,
    isPast: boolean,
    proof: Proof | null,
  ): void {
    if (step === "none") return;
    this.#sink.emit({
      type: step === "hold" ? "update" : step,
      rule,
      direction: "up",
      who: watched.who,
      pricePerM3: watched.pricePerM3,
      startMs,
      atMs,
      isPast,
      proof,
    });
  }
}

function lossRuleOf({ who }: WatchedDistrict): "DMA_LOSS" | "GAS_UFG" {
  return who.commodity === "gas" ? "GAS_UFG" : "DMA_LOSS";
}

/** Whether a finding that began in imported rows has not yet been confirmed by a day of live ones. */
function isStillPast(wasPast: boolean, night: JudgedNight, inlets: InletOrigin): boolean {
  const isPast = night.step === "open" ? inlets.lastImportMs !== 0 && night.startMs <= inlets.lastImportMs : wasPast;
  return isPast && !isLiveLongEnough(inlets, night.nightStartMs);
}
