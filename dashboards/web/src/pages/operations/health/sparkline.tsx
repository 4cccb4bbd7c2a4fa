import { SPARK, sparkOf } from "./sparkline.ts";

/** The last hour of a figure as a small line; says its bounds to those who do not see it. Nothing where there is no line. */
export function Sparkline(props: {
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
  readonly label: (low: number, high: number) => string;
}) {
  const spark = sparkOf(props.at, props.values);
  if (spark === null) return null;
  const label = props.label(spark.low, spark.high);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      style={{ display: "block", width: "100%", maxWidth: 200, height: SPARK.height, marginTop: 2 }}
    >
      <title>{label}</title>
      {spark.lines.map((line) => (
        <polyline
          key={line}
          points={line}
          fill="none"
          stroke="var(--nf-link)"
          strokeWidth={1.5}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
