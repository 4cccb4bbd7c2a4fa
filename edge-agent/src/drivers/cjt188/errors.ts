import { MeterDataError } from "../../errors.ts";

/** Bytes that are no CJ/T 188 frame: too short, another start or end, another length, a wrong sum. */
export class Cjt188FrameError extends MeterDataError {
  readonly code = "CJT188_FRAME";
  readonly retriable = true;
}

/** A frame that is whole, but whose data is not what the meter's dialect says. */
export class Cjt188DataError extends MeterDataError {
  readonly code = "CJT188_DATA";
  readonly retriable = false;
}
