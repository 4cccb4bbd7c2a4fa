import type { KeyFigures, RegisterSpan, UsageCurveReport } from "@nightflow/analytics/pure";
import { dayBarsChart, hourProfileChart } from "../charts/days.ts";
import { usageCurveChart } from "../charts/usage-curve.ts";
import {
  formatDateTime,
  formatMoney,
  formatNumber,
  formatShare,
  type Language,
  NO_VALUE,
  unitWords,
} from "../format.ts";
import { chartToSvg } from "../svg.ts";
import { type ReportWords, reportWords } from "./words.ts";

/** Text made safe for HTML. Names come from the registry and may hold anything. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * The usage-curve report (cover, key figures, curves) as one HTML document that needs nothing else: charts are inline
 * SVG, there is no script, and it prints on A4.
 */
export function usageReportHtml(report: UsageCurveReport, language: Language): string {
  const words = reportWords(language);
  const low = report.figures.completeness.isLow ? `<p class="low">${words.low}</p>` : "";
  return `<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${words.title} · ${report.subject.customerName} · ${report.period.from}`)}</title>
<style>${STYLE}</style></head>
<body><main>
${cover(report, words, language)}
${low}
<section><h2>${words.keyFigures}</h2>${figureTable(report, words, language)}</section>
<section><h2>${words.curve}</h2>${curveSvg(report, language)}</section>
<section><h2>${words.days}</h2>${chartToSvg(dayBarsChart({ days: report.days, volumeUnit: report.volumeUnit, language }), { width: 960, height: 260 })}</section>
<section><h2>${words.profile}</h2>${chartToSvg(hourProfileChart({ profile: report.profile, volumeUnit: report.volumeUnit, language }), { width: 960, height: 260 })}</section>
<section><h2>${words.registers}</h2>${registerTable(report, words, language)}</section>
<p class="note">${words.definitions}</p>
</main></body></html>
`;
}

function curveSvg(report: UsageCurveReport, language: Language): string {
  const { series, stepMs, volumeUnit, subject } = report;
  const option = usageCurveChart({ points: series, stepMs, zone: subject.zone, volumeUnit, language });
  return chartToSvg(option, { width: 960, height: 320 });
}

function cover(report: UsageCurveReport, words: ReportWords, language: Language): string {
  const { subject, period } = report;
  const lastDay = new Date(Date.parse(`${period.to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  const rows: [string, string][] = [
    [words.customer, subject.customerName],
    [words.account, subject.accountNo],
    [words.meters, report.registers.map((register) => `${register.meter} (${register.model})`).join(", ")],
    [words.period, `${period.from} – ${lastDay} (${subject.zone})`],
    [words.cutoff, formatDateTime(report.dataCutoffMs, subject.zone, language)],
    [words.manager, subject.managerName ?? NO_VALUE],
    [words.version, String(report.version)],
  ];
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  const revised = report.isRevised ? `<p class="low">${words.revised}</p>` : "";
  return `<header><h1>${words.title}</h1><p class="who">${escapeHtml(subject.customerName)}</p><dl>${list}</dl>${revised}</header>`;
}

interface FigureRow {
  readonly name: string;
  readonly value: (figures: KeyFigures) => string;
  readonly number?: (figures: KeyFigures) => number | null;
}

function figureRows(report: UsageCurveReport, words: ReportWords, language: Language): FigureRow[] {
  const { subject, volumeUnit } = report;
  const unit = unitWords(volumeUnit);
  const plain = (
    name: string,
    pick: (figures: KeyFigures) => number | null,
    suffix: string,
    digits = 2,
  ): FigureRow => ({
    name,
    value: (figures) => withUnit(formatNumber(pick(figures), language, digits), suffix),
    number: pick,
  });
  const share = (name: string, pick: (figures: KeyFigures) => number | null): FigureRow => ({
    name,
    value: (figures) => formatShare(pick(figures), language),
  });
  return [
    plain(words.total, (figures) => figures.totalM3, unit.volume, 3),
    plain(words.dailyMean, (figures) => figures.dailyMeanM3, `${unit.volume}/d`),
    plain(words.qAvg, (figures) => figures.qAvgM3h, unit.flow, 3),
    plain(words.qMax, (figures) => figures.qMaxM3h, unit.flow, 3),
    { name: words.qMaxAt, value: (figures) => formatDateTime(figures.qMaxAtMs, subject.zone, language) },
    plain(words.qMin, (figures) => figures.qMinM3h, unit.flow, 3),
    plain(words.loadFactor, (figures) => figures.loadFactor, "", 3),
    plain(words.kh, (figures) => figures.kh, "", 2),
    plain(words.kd, (figures) => figures.kd, "", 2),
    plain(words.baseFlow, (figures) => figures.baseFlowM3h, unit.flow, 3),
    share(words.baseShare, (figures) => figures.baseShare),
    share(words.nightShare, (figures) => figures.nightShare),
    plain(words.weekendRatio, (figures) => figures.weekendRatio, "", 2),
    { name: words.cost, value: (figures) => formatMoney(figures.estimatedCost, subject.currency, language) },
    share(words.completeness, (figures) => figures.completeness.share),
    share(words.estimatedShare, ({ completeness }) =>
      completeness.expected === 0 ? null : completeness.estimated / completeness.expected,
    ),
  ];
}

function withUnit(value: string, unit: string): string {
  return value === NO_VALUE || unit === "" ? value : `${value} ${unit}`;
}

function figureTable(report: UsageCurveReport, words: ReportWords, language: Language): string {
  const { figures, previous } = report;
  const before = previous.figures;
  const rows = figureRows(report, words, language).map((row) => {
    const change =
      before === null || row.number === undefined ? "" : changeWords(row.number(figures), row.number(before), language);
    return `<tr><th scope="row">${row.name}</th><td>${row.value(figures)}</td><td>${before === null ? NO_VALUE : row.value(before)}</td><td>${change}</td></tr>`;
  });
  const missing =
    before === null ? `<p class="note">${words.noPrevious}: ${escapeHtml(previous.reason[language])}</p>` : "";
  const head = `<tr><th>${words.figure}</th><th>${words.thisPeriod}</th><th>${words.previousPeriod}</th><th>${words.change}</th></tr>`;
  return `<table><thead>${head}</thead><tbody>${rows.join("")}</tbody></table>${missing}`;
}

function changeWords(now: number | null, before: number | null, language: Language): string {
  if (now === null || before === null || before === 0) return "";
  const share = now / before - 1;
  return `${share > 0 ? "+" : ""}${formatShare(share, language)}`;
}

function registerTable(report: UsageCurveReport, words: ReportWords, language: Language): string {
  const unit = unitWords(report.volumeUnit).volume;
  const number = (value: number | null) => withUnit(formatNumber(value, language, 3), unit);
  const row = (register: RegisterSpan) =>
    `<tr><th scope="row">${escapeHtml(register.meter)}</th><td>${number(register.startM3)}</td><td>${number(register.endM3)}</td><td>${number(register.differenceM3)}</td><td>${number(register.totalM3)}</td><td>${register.isConsistent ? words.consistent : words.inconsistent}</td></tr>`;
  const head = `<tr><th>${words.meter}</th><th>${words.start}</th><th>${words.end}</th><th>${words.difference}</th><th>${words.sum}</th><th></th></tr>`;
  return `<table><thead>${head}</thead><tbody>${report.registers.map(row).join("")}</tbody></table>`;
}

const STYLE = `
:root{color-scheme:light;--line:#d7dbe0;--soft:#5b6470}
body{margin:0;background:#fff;color:#14181d;font:14px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px}
h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}
.who{font-size:18px;margin:4px 0 12px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right}th:first-child{text-align:left;font-weight:500}thead th{color:var(--soft);font-weight:500}
.low{border-left:4px solid #b25b00;background:#fdf3e7;padding:8px 12px}.note{color:var(--soft);font-size:12px}
svg{max-width:100%;height:auto}
@media print{@page{size:A4;margin:14mm}main{padding:0}section{break-inside:avoid}}
`;
