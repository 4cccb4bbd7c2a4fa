import type { Band } from "./bootstrap.ts";
import type { InjectedScore } from "./injected.ts";
import { PEERS } from "./peers.ts";
import type { Figures } from "./score.ts";

const MONTHS_A_YEAR = 8766 / 720;

/** The figures of a track as text: the peers, then ours with 90 % bands, on tuned and on held-out places. */
export function tableOf(
  track: "customer" | "dma",
  rows: Readonly<Record<"all" | "tuned" | "held out", Figures>>,
  bands: Readonly<Record<keyof Figures, Band>>,
): string {
  const perYear = track === "dma";
  const lines = [
    `${track}: share of leaks found, false alarms per ${perYear ? "district-year" : "1,000 meter-months"}; peers from ${PEERS.source}`,
  ];
  for (const peer of PEERS[track])
    lines.push(`  ${peer.method}: ${peer.leaks} found, ${peer.falseAlarms} false alarms`);
  for (const [name, figures] of Object.entries(rows))
    lines.push(`  nightflow, ${name}: ${figuresText(figures, perYear)}`);
  lines.push(`  90 % bands: ${bandsText(bands, perYear)}`);
  return `${lines.join("\n")}\n`;
}

/** The figures of new leaks in a track as text, and each kind's share found: all, tuned, held out. */
export function injectedTable(track: "customer" | "dma", { all, tuned, heldOut, byKind }: InjectedScore): string {
  const perYear = track === "dma";
  const lines = Object.entries({ all, tuned, "held out": heldOut }).map(
    ([name, figures]) => `  nightflow, ${name}: ${figuresText(figures, perYear)}`,
  );
  for (const [kind, { events, found }] of Object.entries(byKind))
    lines.push(`  ${kind} (${events}): ${found.map((share) => share.toFixed(2)).join(" / ")}`);
  return `${lines.join("\n")}\n`;
}

/** False alarms per 1,000 months of a series as per district-year. */
function rateOf(perThousandMonths: number, perYear: boolean): string {
  return perYear ? ((perThousandMonths / 1000) * MONTHS_A_YEAR).toFixed(2) : perThousandMonths.toFixed(1);
}

function figuresText(f: Figures, perYear: boolean): string {
  const leaks = `${f.leaks.toFixed(3)} found, ${f.medianHours.toFixed(0)} h, ${rateOf(f.falseUp, perYear)} up, volume ${f.volumeSaved.toFixed(3)}`;
  if (perYear) return leaks;
  return `${leaks}, all ${f.all.toFixed(3)}, intermittent ${f.intermittent.toFixed(2)}, stopped ${f.stopped.toFixed(2)}, under-registration ${f.underreg.toFixed(2)}, ${rateOf(f.falseDown, perYear)} down`;
}

function bandsText(bands: Readonly<Record<keyof Figures, Band>>, perYear: boolean): string {
  const names = (Object.keys(bands) as (keyof Figures)[]).filter((name) => !Number.isNaN(bands[name][0]));
  return names
    .map((name) => {
      const [low, high] = bands[name];
      const isRate = name === "falseUp" || name === "falseDown";
      const text = (value: number) => (isRate ? rateOf(value, perYear) : value.toFixed(name === "medianHours" ? 0 : 2));
      return `${name} ${text(low)} to ${text(high)}`;
    })
    .join(", ");
}
