import { NightflowError } from "@nightflow/domain";

/** What a meter sent, or what a profile says of it, does not make sense. */
export abstract class MeterDataError extends NightflowError {}

/** Words that do not have the shape that the register's type asks for. */
export class RegisterShapeError extends MeterDataError {
  readonly code = "REGISTER_SHAPE";
  readonly retriable = false;
}

/** Another agent already works on this data directory. */
export class DataDirBusyError extends NightflowError {
  readonly code = "DATA_DIR_BUSY";
  readonly retriable = true;
}
