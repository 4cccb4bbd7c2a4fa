import { DistrictFindings, type WatchedDistrict } from "./district-findings.ts";
import type { Signal } from "./engine.ts";
import type { District, DistrictImage } from "./pure/district.ts";
import type { DmaNight } from "./pure/finding.ts";

/** Digits to which two rows are the same: sums that were corrected differ from added ones in the last. */
const DIGITS = 9;

/** What the nights of a district show with the sums that they were judged by, and with those of today. */
export interface DistrictCourses {
  readonly asJudged: readonly Signal[];
  readonly asKnown: readonly Signal[];
  /** Rows of nights that are other ones now. */
  readonly nights: readonly DmaNight[];
  /** What the district has learnt, the late readings among it. */
  readonly image: DistrictImage;
  /** First and last local day whose sums have changed. */
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * Goes through a district's nights again from the last kept state before the first that has other sums now: by the sums of its days, which
 * are the inlets' and customers' intervals added up, so that no curve is read again. Null when nothing is kept from before it.
 */
export function districtCourses(watched: WatchedDistrict, newDistrict: () => District): DistrictCourses | null {
  const rewound = watched.district.rewound();
  if (rewound === null) return null;
  const { asJudged, asKnown, untilDay, firstDay, lastDay } = rewound;
  const run = (image: DistrictImage, isAsJudged: boolean) => {
    const district = newDistrict();
    district.restore(image);
    district.goAgain(untilDay, isAsJudged);
    const signals: Signal[] = [];
    const findings = new DistrictFindings({ emit: (signal) => signals.push(signal), night: () => {} });
    findings.goOn({ ...watched, district });
    findings.judge({ ...watched, district }, null);
    return { district, signals };
  };
  const now = run(asKnown, false);
  now.district.takeChangedRows();
  const image = now.district.image();
  return {
    asJudged: run(asJudged, true).signals,
    asKnown: now.signals,
    nights: changedRows(watched.district.image(), image),
    image,
    firstDay,
    lastDay,
  };
}

function changedRows(before: DistrictImage, since: DistrictImage): DmaNight[] {
  const known = new Map(before.days.map(([number, { judged }]) => [number, textOf(judged)]));
  return since.days.flatMap(([number, { judged }]) =>
    judged === null || known.get(number) === textOf(judged) ? [] : [judged],
  );
}

function textOf(row: DmaNight | null): string {
  return JSON.stringify(row, (_, value) => (typeof value === "number" ? value.toPrecision(DIGITS) : value));
}
