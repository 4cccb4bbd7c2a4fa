import { expect, test } from "vitest";
import { faultOfRenewal } from "./renew.ts";

const DAY_MS = 86_400_000;
const certificate = { is_revoked: false, issued_at: 0, expires_at: 90 * DAY_MS };
const at = (days: number, graceDays = 0) => ({ nowMs: days * DAY_MS, graceDays });

test("a certificate is renewed in its last half, and after its end only within the grace that is configured", () => {
  expect(faultOfRenewal(certificate, "admitted", at(44))).toBe("too-early");
  expect(faultOfRenewal(certificate, "admitted", at(45))).toBeUndefined();
  expect(faultOfRenewal(certificate, "admitted", at(90))).toBe("certificate-expired");
  expect(faultOfRenewal(certificate, "admitted", at(96, 7))).toBeUndefined();
  expect(faultOfRenewal(certificate, "admitted", at(97, 7))).toBe("certificate-expired");
});

test("nothing is renewed for an agent, or with a certificate, that was revoked", () => {
  expect(faultOfRenewal(certificate, "revoked", at(60))).toBe("agent-revoked");
  expect(faultOfRenewal({ ...certificate, is_revoked: true }, "admitted", at(60))).toBe("certificate-revoked");
});
