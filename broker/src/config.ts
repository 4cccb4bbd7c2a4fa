import { z } from "zod";
import { IdentityConfig } from "./config-identities.ts";
import { BrokerLimits } from "./config-limits.ts";
import { TlsConfig, WebSocketConfig } from "./config-listeners.ts";

/** Configuration of the broker. */
export const BrokerConfig = z
  .strictObject({
    host: z.string().min(1).default("127.0.0.1").meta({ description: "Address to listen on." }),
    port: z.int().min(0).max(65_535).default(1883).meta({ description: "TCP port; 0 takes a free one." }),
    tls: TlsConfig.optional().meta({ description: "MQTT over TLS; absent, there is none." }),
    webSocket: WebSocketConfig.optional().meta({ description: "MQTT over WebSocket; absent, there is none." }),
    limits: BrokerLimits.prefault({}),
    identities: z.array(IdentityConfig).max(100_000).default([]),
    tokenSecretFile: z.string().min(1).optional().meta({
      description: "File with the secret that signs tokens (passwords that expire); absent, the program's own is used.",
    }),
  })
  .superRefine((config, context) => {
    if (config.webSocket?.secure && config.tls === undefined)
      context.addIssue({ code: "custom", path: ["webSocket", "secure"], message: "needs the certificates of tls" });
    const names = new Set<string>();
    config.identities.forEach(({ name }, at) => {
      if (names.has(name))
        context.addIssue({ code: "custom", path: ["identities", at], message: `${name} is listed twice` });
      names.add(name);
    });
  });
export type BrokerConfig = z.infer<typeof BrokerConfig>;
