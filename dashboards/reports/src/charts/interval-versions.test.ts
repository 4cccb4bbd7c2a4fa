import { describe, expect, test } from "vitest";
import { intervalVersionsChart, type VersionedPoint } from "./interval-versions.ts";

const HOUR_MS = 3_600_000;
const point = (hour: number, quality: VersionedPoint["quality"], volumeM3: number | null): VersionedPoint => ({
  startMs: hour * HOUR_MS,
  rawM3: quality === "good" ? volumeM3 : null,
  validatedM3: 1,
  volumeM3,
  quality,
});

interface Series {
  readonly name: string;
  readonly data: readonly (readonly [number, number | null])[];
  readonly itemStyle: { readonly decal?: object };
}

function seriesOf(points: readonly VersionedPoint[]): Series[] {
  return intervalVersionsChart({ points, zone: "UTC", volumeUnit: "m3", language: "en" }).series as Series[];
}

describe("the chart of versions", () => {
  test("hatches estimates and shows beside an edit what stood there before", () => {
    const series = seriesOf([
      point(0, "good", 2),
      point(1, "estimated", 1),
      point(2, "edited", 3),
      point(3, "missing", null),
    ]);
    expect(series.map(({ name }) => name)).toEqual(["read", "estimated", "edited", "before the edit"]);
    expect(series[1]?.itemStyle.decal).toBeDefined();
    expect(series[3]?.data.map(([, value]) => value)).toEqual([null, null, 1, null]);
  });

  test("draws each interval once, and none without a volume", () => {
    const series = seriesOf([point(0, "good", 2), point(1, "estimated", 1), point(2, "missing", null)]);
    const drawn = [0, 1, 2].map((i) => series.filter(({ data }) => data[i]?.[1] !== null).length);
    expect(drawn).toEqual([1, 1, 0]);
  });
});
