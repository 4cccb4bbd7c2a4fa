export { type Decoded, type DecodeTarget, decodeRegister } from "@nightflow/domain";
