import { MeterDataError } from "../../errors.ts";

/** Bytes that are no M-Bus frame or telegram: another start or end, a wrong length, a wrong sum or CRC. */
export class MbusFrameError extends MeterDataError {
  readonly code = "MBUS_FRAME";
  readonly retriable = true;
}

/** A frame that is whole, but whose records or header are cut or of no kind that EN 13757-3 has. */
export class MbusDataError extends MeterDataError {
  readonly code = "MBUS_DATA";
  readonly retriable = false;
}
