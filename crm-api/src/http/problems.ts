import { NightflowError } from "@nightflow/domain";

interface ProblemOptions {
  readonly details?: unknown;
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** An answer of the API that is not a success; `details` and the message may be shown to the person who asked. */
export abstract class ApiProblem extends NightflowError {
  abstract readonly status: number;
  readonly retriable: boolean = false;
  readonly details: unknown;

  constructor(message: string, options: ProblemOptions = {}) {
    super(message, {
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      ...(options.remedy === undefined ? {} : { remedy: options.remedy }),
    });
    this.details = options.details ?? null;
  }
}

/** The request itself is wrong: a value that no state of the platform would accept. */
export class BadRequestProblem extends ApiProblem {
  readonly code: string = "REQUEST_INVALID";
  readonly status = 400;
}

/** Nobody is signed in, or the session has ended. */
export class UnauthorizedProblem extends ApiProblem {
  readonly code: string = "SIGN_IN_NEEDED";
  readonly status = 401;
}

/** Login and password do not belong together; says nothing about which of them is wrong. */
export class SignInRefusedProblem extends UnauthorizedProblem {
  override readonly code = "SIGN_IN_REFUSED";
}

/** The signed-in person lacks the right. */
export class ForbiddenProblem extends ApiProblem {
  readonly code: string = "RIGHT_MISSING";
  readonly status = 403;
}

/** A write that comes from another site's page. */
export class ForeignOriginProblem extends ForbiddenProblem {
  override readonly code = "ORIGIN_FOREIGN";
}

/** There is no such thing, or it lies outside the scope of the person who asks. */
export class NotFoundProblem extends ApiProblem {
  readonly code = "NOT_FOUND";
  readonly status = 404;

  constructor(kind: string, id: string) {
    super(`there is no ${kind} ${id} that you may see`, { details: { kind, id } });
  }
}

/** The thing is not in a state in which this can be done. */
export class ConflictProblem extends ApiProblem {
  readonly code: string;
  readonly status = 409;

  constructor(code: string, message: string, options: ProblemOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** Too many failed sign-ins; `retryAfterS` is how long to wait. */
export class TooManyAttemptsProblem extends ApiProblem {
  readonly code = "TOO_MANY_ATTEMPTS";
  readonly status = 429;
  override readonly retriable = true;
  readonly retryAfterS: number;

  constructor(retryAfterS: number) {
    super(`too many failed sign-ins; try again in ${Math.ceil(retryAfterS / 60)} minutes`, {
      details: { retryAfterS },
    });
    this.retryAfterS = retryAfterS;
  }
}
