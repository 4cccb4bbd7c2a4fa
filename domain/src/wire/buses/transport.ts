import { z } from "zod";

const Hex = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2})*$/, "must be bytes of two hex digits, such as 7B 01 00 16")
  .max(1024);
const Text = z.string().min(1).max(256);
const Port = z.int().min(1).max(65_535);

/** A TCP connection that the agent makes. */
export const TcpTransport = z.strictObject({
  kind: z.literal("tcp"),
  host: z.string().min(1),
  port: Port.default(502),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(5000)
    .meta({ description: "Longest wait for the connection.", unit: "ms" }),
});
export type TcpTransport = z.infer<typeof TcpTransport>;

/** A serial port of the machine. */
export const SerialTransport = z.strictObject({
  kind: z.literal("serial"),
  path: z.string().min(1).meta({
    description:
      "The port, best by its lasting name, such as /dev/serial/by-id/usb-FTDI_…; ttyUSB0 may be another adapter after a restart.",
  }),
  baudRate: z.int().min(110).max(4_000_000).default(9600).meta({ unit: "baud" }),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  rts: z.enum(["off", "while-sending"]).default("off").meta({
    description: "`while-sending` raises RTS for the time of a frame, as RS-485 adapters without own direction want.",
  }),
  echo: z.boolean().default(false).meta({
    description: "The adapter gives back what is sent; it is taken off the stream.",
  }),
});
export type SerialTransport = z.infer<typeof SerialTransport>;

/** How a device that dials in says who it is: by what its first packet holds. */
export const Registration = z.union([
  z.strictObject({
    text: Text.meta({ description: "The packet holds this text, not as part of a longer word or number." }),
  }),
  z.strictObject({ hex: Hex.meta({ description: "The packet begins with these bytes." }) }),
  z.strictObject({
    imei: z
      .string()
      .regex(/^\d{15}$/, "an IMEI has 15 digits")
      .meta({ description: "The packet holds this IMEI, as text or as packed digits." }),
  }),
  z.strictObject({
    iccid: z
      .string()
      .regex(/^\d{19,20}$/, "an ICCID has 19 or 20 digits")
      .meta({ description: "The packet holds this ICCID, as text or as packed digits." }),
  }),
]);
export type Registration = z.infer<typeof Registration>;

/** Bytes that a device sends now and then to hold its line open. */
export const HeartbeatPacket = z.union([z.strictObject({ text: Text }), z.strictObject({ hex: Hex })]);
export type HeartbeatPacket = z.infer<typeof HeartbeatPacket>;

/** A device that connects to the agent, such as a cellular DTU in client mode. Many may share a port. */
export const DialInTransport = z.strictObject({
  kind: z.literal("dial-in"),
  host: z.string().min(1).default("127.0.0.1").meta({
    description: "Address to listen on. What dials in shows no password: let it in by a private network only.",
  }),
  port: Port,
  registration: Registration.meta({ description: "What the device's first packet says; the same on no other bus." }),
  heartbeat: HeartbeatPacket.optional().meta({
    description: "Bytes sent to hold the line open; taken off the stream.",
  }),
  idleS: z
    .int()
    .min(10)
    .max(86_400)
    .default(600)
    .meta({ description: "A connection without a byte for so long is dropped.", unit: "s" }),
});
export type DialInTransport = z.infer<typeof DialInTransport>;

/** How bytes get to a bus. */
export const Transport = z.discriminatedUnion("kind", [TcpTransport, SerialTransport, DialInTransport]);
export type Transport = z.infer<typeof Transport>;
