import { SiteId } from "@nightflow/domain";
import { z } from "zod";

const port = z.int().min(0).max(65_535);
const file = z.string().min(1).optional();

/** How certificates of other authorities (`tls.caFile`) name an agent and its site. */
export const ClientNameRules = z.strictObject({
  agentFrom: z.enum(["cn", "dns"]).default("cn").meta({
    description: "What names the agent: the common name, or the one DNS name among the alternative names.",
  }),
  sites: z
    .array(
      z.strictObject({
        issuer: z.string().min(1).optional().meta({ description: "Common name of the authority that signed it." }),
        unit: z.string().min(1).optional().meta({ description: "The subject's organisational unit." }),
        organisation: z.string().min(1).optional().meta({ description: "The subject's organisation." }),
        site: SiteId.meta({ description: "The site of agents whose certificate fits." }),
      }),
    )
    .max(1000)
    .default([])
    .meta({ description: "The first that fits gives the site; else the organisational unit is the site." }),
});
export type ClientNameRules = z.infer<typeof ClientNameRules>;

/** MQTT over TLS, with or without client certificates. */
export const TlsConfig = z
  .strictObject({
    host: z.string().min(1).optional().meta({ description: "Address to listen on; the broker's own when absent." }),
    port: port.default(8883).meta({ description: "TCP port; 0 takes a free one." }),
    certFile: file.meta({
      description: "The listener's certificate and its chain, PEM. Without it the platform's own authority makes one.",
    }),
    keyFile: file.meta({ description: "The key of `certFile`, PEM." }),
    caFile: file.meta({
      description: "Authorities whose client certificates are accepted beside those of the platform's own, PEM.",
    }),
    requireClientCert: z
      .boolean()
      .default(false)
      .meta({ description: "Whether nobody comes in here without a client certificate." }),
    clientNames: ClientNameRules.prefault({}),
    serverNames: z
      .array(z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, "is neither a host name nor an address"))
      .max(50)
      .default([])
      .meta({
        description: "Names and addresses that agents know this broker by, for the certificate it makes itself.",
      }),
    reloadMs: z
      .int()
      .min(50)
      .max(3_600_000)
      .default(10_000)
      .meta({ description: "How often the files are looked at; a change drops no client.", unit: "ms" }),
  })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
    message: "certFile and keyFile go together",
    path: ["keyFile"],
  });
export type TlsConfig = z.infer<typeof TlsConfig>;

/** MQTT over WebSocket. */
export const WebSocketConfig = z.strictObject({
  host: z.string().min(1).optional().meta({ description: "Address to listen on; the broker's own when absent." }),
  port: port.default(8083).meta({ description: "TCP port; 0 takes a free one." }),
  path: z.string().startsWith("/").max(200).default("/mqtt").meta({ description: "Path of the upgrade request." }),
  secure: z
    .boolean()
    .default(false)
    .meta({ description: "`wss` with the certificates of `tls` instead of `ws`; needs `tls`." }),
  allowedOrigins: z
    .array(z.string().min(1).max(300))
    .max(100)
    .default([])
    .meta({ description: "Origins of pages that may connect; `*` is any. Clients that are no page are not asked." }),
});
export type WebSocketConfig = z.infer<typeof WebSocketConfig>;
