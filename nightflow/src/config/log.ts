import { isatty } from "node:tty";
import pino, { type Logger } from "pino";
import { readableLine } from "./readable-line.ts";

/** Where log lines go, and as what. */
export interface LogPlace {
  /** `auto`: readable lines on a terminal, JSON elsewhere. */
  readonly format?: "auto" | "json" | "text";
  /** Standard output (1) or standard error (2); one-shot commands keep the former for their result. */
  readonly fd?: 1 | 2;
  /** A file instead. */
  readonly file?: string;
}

/** A logger of one room. Passwords, tokens and authorisation headers are cut out wherever they would appear. */
export function makeLogger(level: string, room: string, { format = "auto", fd = 1, file }: LogPlace = {}): Logger {
  const options = {
    level,
    base: { room },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["password", "token", "*.password", "*.token", "headers.authorization", "headers.cookie"],
      censor: "(hidden)",
    },
  };
  if (file !== undefined) return pino(options, pino.destination({ dest: file, mkdir: true, sync: true }));
  const isText = format === "text" || (format === "auto" && isatty(fd));
  const sink = pino.destination(fd);
  return pino(options, isText ? { write: (line: string) => void sink.write(readableLine(line)) } : sink);
}
