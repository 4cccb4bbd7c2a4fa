import { pbkdf2Sync, randomBytes } from "node:crypto";

const ROUNDS = 101;

/** The content of a password file, as `mosquitto_passwd` writes it. */
export function mosquittoPasswords(passwords: Readonly<Record<string, string>>): string {
  return Object.entries(passwords)
    .map(([name, password]) => `${name}:${hashOf(password)}\n`)
    .join("");
}

function hashOf(password: string): string {
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, ROUNDS, 64, "sha512");
  return `$7$${ROUNDS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}
