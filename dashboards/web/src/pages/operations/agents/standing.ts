import type { Tone } from "../../../parts/tag.tsx";
import type { EnrolledAgent, TokenOrder } from "./queries.ts";
import type { Standing } from "./search.ts";

/** How much a standing asks of somebody. Red is for what is out of service now. */
export const STANDING_TONES: Readonly<Record<Standing, Tone>> = {
  good: "good",
  expiring: "open",
  expired: "act",
  revoked: "quiet",
  foreign: "good",
  password: "going",
};

const DAY_MS = 86_400_000;

/** Whole days until a certificate ends; negative when it has, by as many begun days. Real time. */
export function daysLeft(expiresAtMs: number, nowMs: number): number {
  return Math.floor((expiresAtMs - nowMs) / DAY_MS);
}

/** A fingerprint in groups of four, as people compare it with another screen. */
export function inGroups(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** What of an agent stands out beside its certificate. */
export function isConnected({ isOnline, standing }: Pick<EnrolledAgent, "isOnline" | "standing">): boolean {
  return isOnline === true && standing !== "revoked";
}

/** What somebody fills in to make a token. */
export interface TokenForm {
  readonly site: string;
  readonly agent: string;
  readonly uses: number;
  readonly hours: number;
  readonly note: string;
}

/** As the platform names sites and agents. */
const NAME = /^[A-Za-z0-9_.:-]{1,64}$/;

/** Fields of the form that are not yet as they must be. */
export function faultsOf(form: TokenForm): ("site" | "agent" | "uses" | "hours")[] {
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  return [
    ...(NAME.test(form.site.trim()) ? [] : (["site"] as const)),
    ...(form.agent.trim() === "" || NAME.test(form.agent.trim()) ? [] : (["agent"] as const)),
    ...(isCount(form.uses, 10_000) ? [] : (["uses"] as const)),
    ...(isCount(form.hours, 8760) ? [] : (["hours"] as const)),
  ];
}

/** The order of a form. A token for one agent by name serves once. */
export function orderOf({ site, agent, uses, hours, note }: TokenForm): TokenOrder {
  const name = agent.trim();
  const order = { site: site.trim(), hours, note: note.trim() };
  return name === "" ? { ...order, uses } : { ...order, agent: name, uses: 1 };
}
