/**
 * Root of every error that Nightflow throws on purpose. Callers branch on `code` and `retriable`, never on text.
 * The message says what is wrong and where; `remedy` says what a person can do.
 */
export abstract class NightflowError extends Error {
  /** Stable, documented in docs/reference/errors.md. */
  abstract readonly code: string;
  /** Whether the same call may succeed later without a change. */
  abstract readonly retriable: boolean;
  readonly remedy: string | undefined;

  constructor(message: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.remedy = options.remedy;
  }
}

/** A payload on the wire is not what its topic promises. */
export class WireError extends NightflowError {
  readonly code: string = "WIRE_INVALID";
  readonly retriable = false;
}

/** A payload carries a version that this program does not know; it is set aside unacknowledged. */
export class WireVersionError extends WireError {
  override readonly code = "WIRE_VERSION_UNKNOWN";
}

/** One or more faults in configuration, all listed at once. */
export class ConfigError extends NightflowError {
  readonly code = "CONFIG_INVALID";
  readonly retriable = false;
  readonly faults: readonly string[];

  constructor(source: string, faults: readonly string[], options: { cause?: unknown; remedy?: string } = {}) {
    super(`${source}: ${faults.length} fault(s)\n${faults.map((fault) => `  - ${fault}`).join("\n")}`, options);
    this.faults = faults;
  }
}

/** What a meter sent, or what a profile says of it, does not make sense. */
export abstract class MeterDataError extends NightflowError {}

/** Words that do not have the shape that the register's type asks for. */
export class RegisterShapeError extends MeterDataError {
  readonly code = "REGISTER_SHAPE";
  readonly retriable = false;
}

/** A port that Nightflow should listen on is taken by another process. */
export class PortBusyError extends NightflowError {
  readonly code = "PORT_BUSY";
  readonly retriable = true;

  constructor(what: string, host: string, port: number, options: { cause?: unknown } = {}) {
    super(`${what} cannot listen on ${host}:${port}: the port is in use`, {
      ...options,
      remedy: "stop the program that holds it, or give this one another port in nightflow.yaml",
    });
  }
}

/** A store or database that cannot take or give data now. */
export class StoreUnavailableError extends NightflowError {
  readonly code = "STORE_UNAVAILABLE";
  readonly retriable = true;
}

/** A store or database written by a newer program than this one. */
export class StoreTooNewError extends NightflowError {
  readonly code = "STORE_TOO_NEW";
  readonly retriable = false;
}

/** `error` as text for a log line, with its causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `; because ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}

/** Turns the EADDRINUSE of a failed listen into a PortBusyError; gives other errors back as they are. */
export function asPortError(error: unknown, what: string, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "EADDRINUSE" ? new PortBusyError(what, host, port, { cause: error }) : error;
}
