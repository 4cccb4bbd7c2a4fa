/** A local day of a meter, as the rules of the day see it. */
export interface DayVolume {
  readonly startMs: number;
  /** Of good hours. */
  readonly litres: number;
  /** Hours of the day with a good interval. */
  readonly goodHours: number;
  /** Of these, hours with any movement. */
  readonly flowHours: number;
  /** The second-highest hour, litres: one bath does not make it. */
  readonly peakLitres: number;
  /** Evidence of the day's hours for a leak that comes and goes, nats. */
  readonly dutySum: number;
  readonly isWeekend: boolean;
  /** Mean of the outdoor air, °C; of gas meters alone, null where it is not measured. */
  readonly meanC?: number | null;
}

/** Litres of a whole day like this one. */
export function wholeDay(day: DayVolume): number {
  return (day.litres * 24) / day.goodHours;
}
