import { counterFamily, gaugeFamily, type MetricFamily } from "@nightflow/domain";

/** What Sparkplug's edge nodes have said, counted since the start. */
export interface SparkplugCounts {
  readonly nodeBirths: number;
  readonly deviceBirths: number;
  readonly nodeDeaths: number;
  readonly deviceDeaths: number;
  /** Messages whose number does not follow the one before. */
  readonly sequenceGaps: number;
  /** Messages of nodes whose birth has not been heard. */
  readonly unbornMessages: number;
  /** Metrics that no birth explains; set aside with all they say. */
  readonly unknownMetrics: number;
  readonly rebirthsAsked: number;
}

/** The same with the nodes that are known now. */
export interface SparkplugFigures extends SparkplugCounts {
  readonly aliveNodes: number;
  readonly deadNodes: number;
}

/** Counts of a program that has heard nothing yet. */
export function noSparkplugCounts(): Record<keyof SparkplugCounts, number> {
  return {
    ...{ nodeBirths: 0, deviceBirths: 0, nodeDeaths: 0, deviceDeaths: 0 },
    ...{ sequenceGaps: 0, unbornMessages: 0, unknownMetrics: 0, rebirthsAsked: 0 },
  };
}

/** What Sparkplug's edge nodes have said, for Prometheus. */
export function sparkplugFamilies(figures: SparkplugFigures): MetricFamily[] {
  const of = (value: number, whose: "node" | "device") => ({ value, labels: { of: whose } });
  const inState = (value: number, state: "alive" | "dead") => ({ value, labels: { state } });
  return [
    gaugeFamily(
      "nightflow_sparkplug_nodes",
      "Sparkplug edge nodes heard since the start; dead: its death came, or no birth yet.",
      inState(figures.aliveNodes, "alive"),
      inState(figures.deadNodes, "dead"),
    ),
    counterFamily(
      "nightflow_sparkplug_births_total",
      "Birth certificates.",
      of(figures.nodeBirths, "node"),
      of(figures.deviceBirths, "device"),
    ),
    counterFamily(
      "nightflow_sparkplug_deaths_total",
      "Death certificates; those of a session that a newer birth has replaced do not count.",
      of(figures.nodeDeaths, "node"),
      of(figures.deviceDeaths, "device"),
    ),
    counterFamily("nightflow_sparkplug_sequence_gaps_total", "Messages with a hole before them.", figures.sequenceGaps),
    counterFamily("nightflow_sparkplug_unborn_messages_total", "Messages before any birth.", figures.unbornMessages),
    counterFamily(
      "nightflow_sparkplug_unknown_metrics_total",
      "Metrics that no birth explains; set aside.",
      figures.unknownMetrics,
    ),
    counterFamily("nightflow_sparkplug_rebirths_asked_total", "Nodes asked for their births.", figures.rebirthsAsked),
  ];
}
