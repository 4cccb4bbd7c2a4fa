/** Other methods on the same cases, as the README of leak-bench gives them. False alarms per 1,000 meter-months, or per district-year. */
export const PEERS = {
  source: "leak-bench/README.md",
  customer: [
    {
      method: "24 h of unbroken flow (in-meter rule of the large makers)",
      leaks: 0.62,
      all: 0.49,
      medianHours: 24,
      falseAlarms: 87,
      volumeSaved: 0.5,
    },
    { method: "3-sigma by hour of day", leaks: 0.68, all: 0.58, medianHours: 12, falseAlarms: 184, volumeSaved: 0.69 },
    {
      method: "best rule pack of a meter maker",
      leaks: 0.81,
      all: 0.64,
      medianHours: 23,
      falseAlarms: 133,
      volumeSaved: 0.8,
    },
    {
      method: "own-record reference, up only",
      leaks: 0.87,
      all: 0.73,
      medianHours: 24,
      falseAlarms: 41,
      volumeSaved: 0.82,
    },
    {
      method: "own-record reference with stopped and low",
      leaks: 0.87,
      all: 0.83,
      medianHours: 24,
      falseAlarms: 78,
      volumeSaved: 0.82,
    },
  ],
  dma: [
    { method: "night-minimum CUSUM", leaks: 0.39, falseAlarms: 1.16 },
    { method: "UKWIR 7-day 20th percentile +10 %", leaks: 0.51, falseAlarms: 1.95 },
    { method: "3-sigma by hour of week", leaks: 0.37, falseAlarms: 2.08 },
    { method: "LeakDB minimum night flow +20 %", leaks: 0.35, falseAlarms: 2.41 },
  ],
} as const;
