import pino, { type Logger } from "pino";

/** A logger of one room. Passwords, tokens and authorisation headers are cut out wherever they would appear. */
export function makeLogger(level: string, room: string): Logger {
  return pino({
    level,
    base: { room },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["password", "token", "*.password", "*.token", "headers.authorization", "headers.cookie"],
      censor: "(hidden)",
    },
  });
}
