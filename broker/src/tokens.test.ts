import { describe, expect, it } from "vitest";
import { readToken, signToken, TokenClaims } from "./tokens.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = Date.UTC(2026, 2, 1);
const claims = TokenClaims.parse({ name: "gw-1", role: "agent", site: "town", exp: NOW / 1000 + 60 });

describe("a token", () => {
  it("says who its holder is until it expires", () => {
    const token = signToken(claims, SECRET);
    expect(token).toMatch(/^nft1\.[\w-]+\.[\w-]+$/);
    expect(readToken(token, SECRET, NOW + 59_999)).toEqual({ claims });
    expect(readToken(token, SECRET, NOW + 60_000)).toEqual({ fault: "token-expired", name: "gw-1" });
  });

  it("of another secret, with another payload or of another shape is invalid", () => {
    const [head, , mac] = signToken(claims, SECRET).split(".");
    const forged = Buffer.from(JSON.stringify({ ...claims, name: "gw-2" })).toString("base64url");
    const faulty = [
      signToken(claims, `${SECRET}!`),
      `${head}.${forged}.${mac}`,
      `${signToken(claims, SECRET)}.more`,
      `${head}.${mac}`,
      "nft1.",
      `nft1.${"A".repeat(5000)}.x`,
    ];
    for (const token of faulty) expect(readToken(token, SECRET, NOW)).toEqual({ fault: "token-invalid", name: null });
  });

  it("for an agent cannot be signed without its site", () => {
    expect(() => signToken({ ...claims, site: undefined }, SECRET)).toThrow("needs a site");
  });
});
