import type { UsageCurveReport } from "@nightflow/analytics/pure";
import { isoWithOffset } from "../format.ts";

/**
 * The report's interval series as CSV: UTF-8 with a byte-order mark (so that spreadsheets read Chinese), ISO 8601 times
 * with offset, a dot as decimal sign, CRLF line ends. A missing interval has an empty volume, never a zero.
 */
export function usageReportCsv(report: UsageCurveReport): string {
  const { subject, volumeUnit, stepMs } = report;
  const unit = volumeUnit === "m3" ? "m3" : "sm3";
  const head = ["account", "customer", "start", "end", `volume_${unit}`, "quality"];
  const account = cell(subject.accountNo);
  const customer = cell(subject.customerName);
  const lines = report.series.map((point) => {
    const volume = point.volumeM3 === null ? "" : String(Number(point.volumeM3.toFixed(6)));
    const span = [isoWithOffset(point.startMs, subject.zone), isoWithOffset(point.startMs + stepMs, subject.zone)];
    return [account, customer, ...span, volume, point.quality].join(",");
  });
  return `\uFEFF${[head.join(","), ...lines].join("\r\n")}\r\n`;
}

/** One cell: quoted where needed; a leading formula sign is disarmed, since names come from outside. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
