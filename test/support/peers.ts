export {
  findChromium,
  findInfluxd,
  startBareInfluxd,
  startInfluxd,
  type TestInfluxd,
} from "@nightflow/storage/testing";
