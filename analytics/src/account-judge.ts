import type { RuleCode } from "@nightflow/domain";
import { AccountGather, type GatheredHour } from "./account-hours.ts";
import { AccountParts } from "./account-parts.ts";
import type { MeterFindings, PastMarks } from "./meter-findings.ts";
import {
  type ACCOUNT_SCHEMA,
  type AccountCells,
  type AccountState,
  accountCellsOf,
  RUN_RULES,
} from "./pure/accounts/account-table.ts";
import { accountViewsOf } from "./pure/accounts/explain-account.ts";
import {
  type LimitContext,
  monthDays,
  monthOf,
  stepBudget,
  stepPeak,
  stepPeakPart,
} from "./pure/accounts/limit-rules.ts";
import { teachLoad } from "./pure/accounts/load-profile.ts";
import { type AccountHour, stepHigh, stepLow, stepOff } from "./pure/accounts/load-rules.ts";
import { budgetProof, highProof, lowProof, offProof, peakProof, type RunContext } from "./pure/accounts/proofs.ts";
import type { DayVolume } from "./pure/detectors/day.ts";
import type { Flow, Step } from "./pure/detectors/flow.ts";
import { stepUsage } from "./pure/detectors/usage-change.ts";
import { type Proof, usageProof } from "./pure/evidence.ts";
import type { RuleView } from "./pure/explain.ts";
import { isWeekend } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { SlotTable } from "./pure/slot-table.ts";
import { DEFAULT_TUNING, type RuleTuning } from "./pure/tuning.ts";
import type { WatchedAccount, WatchedMeter } from "./watched-meter.ts";

const HOUR_MS = 3_600_000;
const RUN_PROOFS = [highProof, lowProof, offProof] as const;
const BITS: Partial<Record<RuleCode, number>> = {
  USAGE_CHANGE: 0,
  LOAD_HIGH: 1,
  LOAD_LOW: 2,
  OFF_HOURS_USE: 3,
  PEAK_LIMIT: 4,
  BUDGET_AHEAD: 5,
};

/** What is at work: the account, the meter that told last, and the hour. */
interface At {
  readonly account: WatchedAccount;
  readonly meter: WatchedMeter;
  readonly marks: MeterState;
  readonly hour: AccountHour;
  readonly knownAtMs: number;
}

/** Key accounts: the hours of all meters of one together, and what each of its rules says of them. */
export class AccountJudge {
  readonly #table: SlotTable<typeof ACCOUNT_SCHEMA>;
  readonly #cells: AccountCells;
  readonly #findings: MeterFindings;
  readonly #gather: AccountGather;
  readonly parts = new AccountParts();
  #tuning: RuleTuning = DEFAULT_TUNING;

  constructor(table: SlotTable<typeof ACCOUNT_SCHEMA>, findings: MeterFindings) {
    this.#table = table;
    this.#cells = accountCellsOf(table);
    this.#findings = findings;
    this.#gather = new AccountGather(table.view, this.#cells.gather);
  }

  /** Judges by these parameters from now on. */
  setTuning(tuning: RuleTuning): void {
    this.#tuning = tuning;
  }

  /** What the rules see of an account; `atMs` is the end of the hour last judged. */
  viewsOf({ calendar, plan, terms, partMs, slot }: WatchedAccount, atMs: number): RuleView[] {
    const state = this.#table.view;
    state.slot = slot;
    const hourMs = atMs - HOUR_MS;
    const [day, localHour] = [calendar.dayOf(hourMs), Math.floor(calendar.hourOf(hourMs))];
    return accountViewsOf({
      state,
      cells: this.#cells,
      own: terms.thresholds,
      hasCalendar: terms.shifts.length > 0 || terms.days.length > 0,
      weekHour: plan.weekHourOf(day, localHour),
      plan: plan.planOf(day, localHour),
      partMs,
      tuning: this.#tuning,
    });
  }

  /** Takes an hour of one of the account's meters; hours are judged once all of them have told, in their order. */
  takeHour(meter: WatchedMeter, marks: MeterState, flow: Flow, knownAtMs: number): void {
    const { account } = meter;
    if (account === undefined) return;
    this.#table.view.slot = account.slot;
    this.#gather.add(account.meters, flow, (hour) => this.#judge(account, meter, marks, hour, knownAtMs));
  }

  /** Takes an interval of a meter whose account's contract is measured over less than an hour. */
  takePart(meter: WatchedMeter, marks: MeterState, flow: Flow, knownAtMs: number): void {
    const { account } = meter;
    const part = account === undefined ? null : this.parts.add(account, flow);
    if (account === undefined || part === null) return;
    const state = this.#table.view;
    state.slot = account.slot;
    const [own, tuning] = [account.terms.thresholds, this.#tuning.PEAK_LIMIT];
    const openMs = state.peakStart;
    const step = stepPeakPart(state, part, own, tuning);
    if (step === "none") return;
    const day = account.calendar.dayOf(part.startMs);
    const localHour = Math.floor(account.calendar.hourOf(part.startMs));
    const plan = account.plan.planOf(day, localHour);
    const hour: AccountHour = { ...part, weekHour: account.plan.weekHourOf(day, localHour), plan };
    this.#tell({ account, meter, marks, hour, knownAtMs }, "PEAK_LIMIT", "up", step, openMs || state.peakStart, () =>
      peakProof(state, hour, own, tuning.clearHours),
    );
  }

  #judge(account: WatchedAccount, meter: WatchedMeter, marks: MeterState, flow: GatheredHour, knownAtMs: number): void {
    const { calendar, plan } = account;
    const day = calendar.dayOf(flow.startMs);
    const localHour = Math.floor(calendar.hourOf(flow.startMs));
    const weekHour = plan.weekHourOf(day, localHour);
    const hour: AccountHour = { ...flow, weekHour, plan: plan.planOf(day, localHour) };
    const at: At = { account, meter, marks, hour, knownAtMs };
    const state = this.#table.view;
    if (state.accountDay !== 0 && state.accountDay !== day) this.#closeDay(at, state.accountDay);
    this.#beginDay(state, day);
    if (flow.isGood) {
      state.dayLitres += flow.litres;
      state.dayGoodHours++;
    }
    state.monthLitres += flow.litres;
    this.#judgeHour(at, { ...this.#limits(account, day), localHour, dayLitres: state.dayLitres });
    if (calendar.dayOf(flow.endMs) !== day) this.#closeDay(at, day);
  }

  #beginDay(state: AccountState, day: number): void {
    if (state.accountDay === day) return;
    state.accountDay = day;
    const month = monthOf(day);
    if (state.month === month) return;
    state.month = month;
    state.monthLitres = 0;
    state.monthIsWhole = monthDays(day).days === 1 ? 1 : 0;
  }

  #limits({ plan, terms }: WatchedAccount, day: number): Omit<LimitContext, "localHour" | "dayLitres"> {
    return { profile: this.#cells.profile, plan, own: terms.thresholds, day };
  }

  #judgeHour(at: At, limits: LimitContext): void {
    const { hour, account } = at;
    const { profile, runs } = this.#cells;
    const own = account.terms.thresholds;
    const tuning = this.#tuning;
    const state = this.#table.view;
    this.#run(at, 0, stepHigh(runs, hour, profile, own, tuning.LOAD_HIGH));
    this.#run(at, 1, stepLow(runs, hour, profile, own, tuning.LOAD_LOW));
    this.#run(at, 2, stepOff(runs, hour, profile, own, tuning.OFF_HOURS_USE));
    const openMs = state.peakStart;
    const step = stepPeak(state, hour, limits, tuning.PEAK_LIMIT);
    this.#tell(at, "PEAK_LIMIT", "up", step, step === "open" ? state.peakStart : openMs, () =>
      peakProof(state, hour, own, tuning.PEAK_LIMIT.clearHours),
    );
    if (hour.isGood && (hour.plan === "usual" || hour.plan === "off")) teachLoad(profile, hour.weekHour, hour.litres);
  }

  #run(at: At, no: 0 | 1 | 2, step: Step): void {
    if (step === "none") return;
    const { runs, profile } = this.#cells;
    const code = RUN_RULES[no];
    const { deviations = 0, clearHours } = { ...this.#tuning[code] } as { deviations?: number; clearHours: number };
    const own = at.account.terms.thresholds.deviations;
    const context: RunContext = { runs, profile, hour: at.hour, deviations: own ?? deviations, clearHours };
    this.#tell(at, code, no === 1 ? "down" : "up", step, runs.start.get(no), () => RUN_PROOFS[no](context));
  }

  #closeDay(at: At, day: number): void {
    const state = this.#table.view;
    const { account } = at;
    const { calendar } = account;
    const startMs = calendar.instantOf(day);
    const volume: DayVolume = {
      startMs,
      litres: state.dayLitres,
      goodHours: state.dayGoodHours,
      flowHours: 0,
      peakLitres: 0,
      dutySum: 0,
      isWeekend: isWeekend(day),
    };
    state.accountDay = 0;
    state.dayLitres = 0;
    state.dayGoodHours = 0;
    // A day of shutdown is like no other of its weekday.
    if (account.plan.planOf(day, 12) !== "shutdown") this.#judgeUsage(at, day, volume);
    this.#judgeBudget(at, day, startMs);
  }

  #judgeUsage(at: At, day: number, volume: DayVolume): void {
    const usage = this.#table.view;
    const openMs = usage.usageOpenMs;
    const step = stepUsage(usage, this.#cells.usage, day, volume, this.#tuning.USAGE_CHANGE);
    const direction = usage.usageDirection === 1 ? "up" : "down";
    this.#tell(at, "USAGE_CHANGE", direction, step, openMs || usage.usageOpenMs, () =>
      usageProof(usage, this.#tuning.USAGE_CHANGE),
    );
  }

  #judgeBudget(at: At, day: number, startMs: number): void {
    const state = this.#table.view;
    const own = at.account.terms.thresholds;
    const openMs = state.budgetStart;
    const closed = { day, startMs, endMs: at.hour.endMs };
    const step = stepBudget(state, closed, this.#limits(at.account, day), this.#tuning.BUDGET_AHEAD);
    this.#tell(at, "BUDGET_AHEAD", "up", step, openMs || state.budgetStart, () => budgetProof(state, day, own));
  }

  #tell(at: At, code: RuleCode, direction: "up" | "down", step: Step, startMs: number, proofOf: () => Proof): void {
    if (step === "none") return;
    const { account, meter, hour, knownAtMs } = at;
    const marks: PastMarks = new AccountMarks(this.#table.view, at.marks);
    const rule = { code, direction, bit: BITS[code] ?? 0 };
    this.#findings.reportOf(
      account.subject,
      meter.meta.pricePerM3,
      rule,
      step,
      startMs,
      hour,
      knownAtMs,
      marks,
      proofOf,
    );
  }
}

/** Which findings of an account are of the past; when its readings were imported is known of the meter that told last. */
class AccountMarks implements PastMarks {
  readonly #account: AccountState;
  readonly lastImportMs: number;
  readonly liveSinceMs: number;

  constructor(account: AccountState, { lastImportMs, liveSinceMs }: MeterState) {
    this.#account = account;
    this.lastImportMs = lastImportMs;
    this.liveSinceMs = liveSinceMs;
  }

  get pastBits(): number {
    return this.#account.accountPastBits;
  }

  set pastBits(bits: number) {
    this.#account.accountPastBits = bits;
  }
}
