import { NightflowError } from "@nightflow/domain";

/** Something that a store on InfluxDB 1 is asked for and cannot do. */
export class Influx1CannotError extends NightflowError {
  readonly code = "STORE_CANNOT";
  readonly retriable = false;
}
