import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import {
  exceptionFrame,
  MAX_READ_COUNT,
  MbapParser,
  MODBUS_EXCEPTION,
  type ModbusRequest,
  wordsFrame,
} from "../modbus/mbap.ts";
import { type ReadRegister, readMap } from "./device.ts";
import { enronBytes } from "./enron.ts";
import { FURTHER_MODELS, SILENT_BEYOND } from "./further-models.ts";

/** One meter on a Modbus TCP port of its own. */
export interface SingleDevice {
  readonly port: number;
  close(): Promise<void>;
}

/** The model of a flow computer, which answers in 32-bit registers. */
export const ENRON_MODEL = "enron-flow-computer";

/** Serves a model of `FURTHER_MODELS`, or the Enron flow computer, on a free port of this machine; `read` says what it shows. */
export async function startSingleDevice(model: string, read: ReadRegister): Promise<SingleDevice> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    const parser = new MbapParser();
    socket.on("data", (chunk) => {
      for (const request of parser.push(chunk) ?? []) {
        const frame = answerOf(model, request, read);
        if (frame !== undefined) socket.write(frame);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The answer to a request; undefined where the model says nothing. */
function answerOf(model: string, request: ModbusRequest, read: ReadRegister): Buffer | undefined {
  const [address, count] = [request.data.readUInt16BE(0), request.data.readUInt16BE(2)];
  if (model === ENRON_MODEL) return enronAnswer(request, address, count, read);
  const map = FURTHER_MODELS[model];
  if (map === undefined) throw new RangeError(`there is no model ${model}`);
  if (!map.functions.includes(request.functionCode)) return exceptionFrame(request, MODBUS_EXCEPTION.illegalFunction);
  if (count > (SILENT_BEYOND[model] ?? MAX_READ_COUNT)) return undefined;
  const found = readMap(map, { address, count }, read);
  return found === undefined
    ? exceptionFrame(request, MODBUS_EXCEPTION.illegalAddress)
    : wordsFrame(request, found.words);
}

function enronAnswer(request: ModbusRequest, address: number, count: number, read: ReadRegister): Buffer {
  const bytes = count <= MAX_READ_COUNT / 2 ? enronBytes(address, count, read) : undefined;
  if (bytes === undefined) return exceptionFrame(request, MODBUS_EXCEPTION.illegalAddress);
  const words = Uint16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2));
  return wordsFrame(request, words);
}
