import { DAY_MS, SLOT_MS } from "../demand/calendar.ts";
import { cupboardTemperatureC } from "../demand/weather.ts";
import { between } from "../random.ts";
import type { TownMeter } from "./town.ts";

/** Gas temperature at a meter, °C. */
export function gasTemperatureC(meter: TownMeter, atMs: number): number {
  return cupboardTemperatureC(atMs + (meter.seed % 3600) * 1000) + between(meter.seed, 71, -1.5, 1.5);
}

/** Absolute gas pressure at a meter, kPa: the network's at the station, 2 kPa over the air at a customer's. */
export function gasPressureKPa(meter: TownMeter, atMs: number): number {
  const setKPa = meter.kind === "gas_station" ? 301.3 : 103.3;
  const swingKPa = 0.4 * Math.sin((atMs / DAY_MS) * 2 * Math.PI);
  return setKPa + swingKPa + between(meter.seed, Math.floor(atMs / SLOT_MS), -0.1, 0.1);
}
