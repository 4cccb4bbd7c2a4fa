import { NightflowError } from "@nightflow/domain";

export { MeterDataError, RegisterShapeError } from "@nightflow/domain";

/** Another agent already works on this data directory. */
export class DataDirBusyError extends NightflowError {
  readonly code = "DATA_DIR_BUSY";
  readonly retriable = true;
}

/** The file with the agent's key and certificate cannot be used. */
export class IdentityError extends NightflowError {
  readonly code = "AGENT_IDENTITY_INVALID";
  readonly retriable = false;
}

/** Whoever answers is not the platform that the configuration names. */
export class EnrolmentTrustError extends NightflowError {
  readonly code = "ENROLMENT_UNTRUSTED";
  readonly retriable = true;
}

/** The platform cannot be reached, or says something else than yes, wait or no. */
export class PlatformError extends NightflowError {
  readonly code = "PLATFORM_AWAY";
  readonly retriable = true;
}

/** The agent has no certificate to connect with; readings wait in the outbox. */
export class NotEnrolledError extends NightflowError {
  readonly code = "AGENT_NOT_ENROLLED";
  readonly retriable = true;
}

/** A bus that passed every check does not open. */
export class BusOpenError extends NightflowError {
  readonly code = "BUS_OPEN";
  readonly retriable = false;
}
