import { NightflowError } from "@nightflow/domain";

/** The connection to the broker is not there, or was lost before the broker confirmed. */
export class MqttAwayError extends NightflowError {
  readonly code = "MQTT_AWAY";
  readonly retriable = true;
}

/** The broker is there and says no: to the sign-in, to the protocol, or to a subscription. */
export class MqttRefusedError extends NightflowError {
  readonly code = "MQTT_REFUSED";
  readonly retriable = false;
}

/** The broker offers no shared subscriptions, so that several ingest rooms would each be brought every batch. */
export class MqttShareRefusedError extends NightflowError {
  readonly code = "MQTT_SHARE_REFUSED";
  readonly retriable = false;
}

const CONNACK_WORDS: ReadonlyMap<number, string> = new Map([
  [0x84, "it does not speak MQTT 5"],
  [0x85, "it does not like the client id"],
  [0x86, "the user name or the password is wrong"],
  [0x87, "this identity may not connect"],
  [0x8a, "this identity is banned"],
  [0x8c, "it wants another way to sign in"],
]);

/** Answers by MQTT 3.1.1, which a broker gives that knows no newer one. */
const OLD_ANSWERS: ReadonlyMap<number, number> = new Map([
  [1, 0x84],
  [2, 0x85],
  [3, 0x88],
  [4, 0x86],
  [5, 0x87],
]);

/** What a broker's refusal of a connection means; retriable for all that it may take back by itself. */
export function connectionRefusal(answer: number): MqttRefusedError | MqttAwayError {
  const reasonCode = OLD_ANSWERS.get(answer) ?? answer;
  const words = CONNACK_WORDS.get(reasonCode);
  const code = `0x${reasonCode.toString(16)}`;
  if (words === undefined) return new MqttAwayError(`the broker takes no connection now (reason ${code})`);
  return new MqttRefusedError(`the broker refuses the connection: ${words} (reason ${code})`, {
    remedy:
      reasonCode === 0x84
        ? "the rooms alone need a broker with MQTT 5: Mosquitto from 2.0, or EMQX"
        : "check mqtt.username and mqtt.passwordFile (or the client certificate) against the broker's own list",
  });
}

/** Shared subscriptions not supported; brokers that do not know them say only that it failed, or that the filter is none. */
const NO_SHARES: ReadonlySet<number> = new Set([0x9e, 0x80, 0x8f]);

/** What a refused subscription means. */
export function subscriptionRefusal(filter: string, reasonCode: number): MqttRefusedError | MqttShareRefusedError {
  const code = `0x${reasonCode.toString(16)}`;
  if (filter.startsWith("$share/") && NO_SHARES.has(reasonCode)) return shareRefusal();
  return new MqttRefusedError(`the broker refuses the subscription to ${filter} (reason ${code})`, {
    remedy: "give this identity the right to read it: docs/rooms-alone.md has the lines for Mosquitto",
  });
}

export function shareRefusal(): MqttShareRefusedError {
  return new MqttShareRefusedError("the broker offers no shared subscriptions ($share/…)", {
    remedy: "switch them on in the broker, or use one that has them: Mosquitto from 2.0, or EMQX",
  });
}
