import { z } from "zod";

/** How the agent gets and renews its certificate. Whom it trusts is said here, out of band: it never trusts blindly. */
export const EnrolmentClientConfig = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .meta({ description: "Address of the platform, such as https://water.example." }),
    tokenFile: z.string().min(1).optional().meta({
      description:
        "File with the one-time token; NIGHTFLOW_AGENT_JOIN_TOKEN goes before it. It is looked at again while the agent has no good certificate.",
    }),
    caFingerprint: z
      .string()
      .transform((text) => text.replaceAll(":", "").toLowerCase())
      .pipe(z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256: 64 hexadecimal digits"))
      .optional()
      .meta({ description: "SHA-256 of the platform's root certificate, as its administrator sees it." }),
    caFile: z.string().min(1).optional().meta({ description: "The platform's root certificate itself, PEM." }),
    allowPlainHttp: z.boolean().default(false).meta({
      description: "Whether the token may cross a network unencrypted; to this machine itself it always may.",
    }),
  })
  .refine(({ caFingerprint, caFile }) => caFingerprint !== undefined || caFile !== undefined, {
    message: "say whom to trust: caFingerprint or caFile",
    path: ["caFingerprint"],
  })
  .refine(({ url, allowPlainHttp }) => allowPlainHttp || !isPlainAndRemote(url), {
    message: "a token must not cross a network unencrypted: use https, or set allowPlainHttp",
    path: ["url"],
  });
export type EnrolmentClientConfig = z.infer<typeof EnrolmentClientConfig>;

const HERE = new Set(["localhost", "127.0.0.1", "[::1]"]);

function isPlainAndRemote(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !HERE.has(hostname);
}
