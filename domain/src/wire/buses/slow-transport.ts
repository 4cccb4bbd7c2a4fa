import { z } from "zod";
import { DialInTransport, SerialTransport, TcpTransport } from "./transport.ts";

/** How bytes get to meters of CJ/T 188 and M-Bus: as `Transport`, with 2400 baud and even parity where nothing is said. */
export const SlowTransport = z.discriminatedUnion("kind", [
  TcpTransport,
  SerialTransport.extend({
    baudRate: SerialTransport.shape.baudRate.unwrap().default(2400),
    parity: SerialTransport.shape.parity.unwrap().default("even"),
  }),
  DialInTransport,
]);
export type SlowTransport = z.infer<typeof SlowTransport>;
