import { describe, expect, it } from "vitest";
import { hashPassword, isPasswordHash, PasswordHashError, TEST_PASSWORD_COST, verifyPassword } from "./passwords.ts";

// Derived with node:crypto's argon2Sync: "correct horse", salt 0123456789abcdef, 64 KiB, 2 passes, 1 lane.
const KNOWN = "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0";

describe("passwords", () => {
  it("accept the right password and refuse another", async () => {
    const hash = await hashPassword("correct horse", TEST_PASSWORD_COST);
    expect(await verifyPassword("correct horse", hash)).toBe(true);
    expect(await verifyPassword("correct horsf", hash)).toBe(false);
    expect(await verifyPassword("", hash)).toBe(false);
    expect(await verifyPassword(Buffer.from("correct horse"), hash)).toBe(true);
  });

  it("give two hashes to two users with the same password", async () => {
    expect(await hashPassword("same", TEST_PASSWORD_COST)).not.toBe(await hashPassword("same", TEST_PASSWORD_COST));
  });

  it("keep words of every script apart", async () => {
    const hash = await hashPassword("密码-ñ", TEST_PASSWORD_COST);
    expect(await verifyPassword("密码-ñ", hash)).toBe(true);
    expect(await verifyPassword("密码-n", hash)).toBe(false);
  });

  it("still read a hash made by an earlier release", async () => {
    expect(await verifyPassword("correct horse", KNOWN)).toBe(true);
  });

  it.each([
    "",
    "secret",
    "$argon2i$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=64,t=0,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=99999999,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
  ])("refuse %j as a hash instead of checking against it", async (hash) => {
    expect(isPasswordHash(hash)).toBe(false);
    await expect(verifyPassword("x", hash)).rejects.toThrow(PasswordHashError);
  });
});
