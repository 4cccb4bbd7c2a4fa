import { NightflowError, StoreTooNewError, StoreUnavailableError } from "@nightflow/domain";
import type { ReadingStore } from "../../ports.ts";
import {
  BatchStoredError,
  FeedForgottenError,
  ReadingShapeError,
  StoreBusyError,
  StoreClosedError,
  StoreCorruptError,
  StoreRefusedError,
} from "../errors.ts";
import type { NumberedPage } from "./channel-names.ts";

/** The methods of the port as they travel by message; `close` ends only the caller's side. */
export type RemoteMethods = Omit<ReadingStore, "kind" | "close" | "changesSince"> & {
  changesSince(cursor: number, limit: number): Promise<NumberedPage>;
};

/** An error as it travels between threads: structured cloning would keep the text alone. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly retriable: boolean;
  readonly remedy: string | undefined;
  readonly stack: string | undefined;
  /** Of a FeedForgottenError. */
  readonly keptFrom?: number;
}

/** What a call gives back: its value, or the error it failed with. */
export type Answer<Value> = { readonly value: Value } | { readonly error: ErrorMessage };

export function toErrorMessage(error: unknown): ErrorMessage {
  const known = error instanceof NightflowError ? error : undefined;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const plain = {
    name,
    message,
    stack,
    code: known?.code,
    retriable: known?.retriable ?? false,
    remedy: known?.remedy,
  };
  return error instanceof FeedForgottenError ? { ...plain, keptFrom: error.keptFrom } : plain;
}

interface ErrorOptions {
  readonly cause: unknown;
  readonly remedy?: string;
  readonly keptFrom?: number;
}
type StoreErrorClass = new (message: string, options: ErrorOptions) => NightflowError;

const CLASSES: Readonly<Record<string, StoreErrorClass>> = {
  BATCH_STORED: BatchStoredError,
  STORE_UNAVAILABLE: StoreUnavailableError,
  STORE_TOO_NEW: StoreTooNewError,
  STORE_CORRUPT: StoreCorruptError,
  STORE_BUSY: StoreBusyError,
  STORE_REFUSED: StoreRefusedError,
  STORE_CLOSED: StoreClosedError,
  READING_SHAPE: ReadingShapeError,
  FEED_FORGOTTEN: FeedForgottenError,
};

/** The error again, of the class that its code belongs to, with the other thread's stack as its cause. */
export function fromErrorMessage({ name, message, code, retriable, remedy, stack, keptFrom }: ErrorMessage): Error {
  const cause = Object.assign(new Error(message), { name, stack });
  const options = { cause, ...(remedy !== undefined && { remedy }), ...(keptFrom !== undefined && { keptFrom }) };
  const known = CLASSES[code ?? ""];
  if (known) return new known(message, options);
  if (code === undefined) return Object.assign(new Error(message, { cause }), { name });
  return Object.assign(new RemoteStoreError(message, options), { code, retriable });
}

/** An error of the store's thread whose class this side does not know; it keeps its code and whether to retry. */
class RemoteStoreError extends NightflowError {
  readonly code: string = "STORE_REMOTE";
  readonly retriable: boolean = false;
}
