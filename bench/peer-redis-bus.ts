/**
 * A bus whose owner is Redis: hold and release as Lua scripts, one hash for each screening. It stands where the engine
 * stands behind the gateway, so that the comparison is of the deciding and storing alone. Every turn's commands
 * go as one pipeline; with `appendfsync always` Redis answers after its own group commit.
 *
 * What the scripts leave out (the limit per buyer, request ids, numbered facts that can be replayed) is in Redis's favour.
 */
import { OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import type { ActorMessage, Bus } from '../workers/bus.ts';
import type { RespClient } from './resp-client.ts';

const HOLD_TTL_MS = 480_000;

/** A seat's value: "buyer:deadline", the deadline with 13 digits. KEYS screening; ARGV seat, value, now. */
const HOLD = `local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and tonumber(string.sub(held, -13)) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;
/** ARGV seat, buyer. */
const RELEASE = `local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held or string.sub(held, 1, -15) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1`;

export class RedisBus implements Bus {
  readonly #redis: RespClient;
  readonly #holdScript: string;
  readonly #releaseScript: string;
  #version = 0;

  private constructor(redis: RespClient, holdScript: string, releaseScript: string) {
    this.#redis = redis;
    this.#holdScript = holdScript;
    this.#releaseScript = releaseScript;
  }

  static async create(redis: RespClient): Promise<RedisBus> {
    const [hold, release] = [await redis.call('SCRIPT', 'LOAD', HOLD), await redis.call('SCRIPT', 'LOAD', RELEASE)];
    return new RedisBus(redis, String(hold), String(release));
  }

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number): void {
    const nowMs = Date.now();
    if (command.kind === 'hold') {
      const [seat = -1] = command.seats;
      const deadlineMs = nowMs + HOLD_TTL_MS;
      const parts = [
        'EVALSHA',
        this.#holdScript,
        '1',
        `s:${screening}`,
        String(seat),
        `${command.buyer}:${deadlineMs}`,
        String(nowMs),
      ];
      this.#redis.send(parts, (reply) => {
        if (reply !== 1) this.#refuse(command.requestId, reply, OutcomeCode.seatHeld, asker, tag);
        // A hold of one seat is known by its seat.
        else
          asker.answered(
            tag,
            command.requestId,
            { code: 0, kind: 'hold', hold: seat + 1, seats: command.seats, deadlineMs },
            ++this.#version,
            nowMs,
          );
      });
    } else if (command.kind === 'release') {
      const { requestId, hold, buyer } = command;
      const seat = hold - 1;
      this.#redis.send(['EVALSHA', this.#releaseScript, '1', `s:${screening}`, String(seat), buyer], (reply) => {
        if (reply !== 1) this.#refuse(requestId, reply, OutcomeCode.holdUnknown, asker, tag);
        else asker.answered(tag, requestId, { code: 0, kind: 'released', hold, seats: [seat] }, ++this.#version, nowMs);
      });
    } else {
      asker.answered(tag, command.requestId, { code: OutcomeCode.failed }, 0, nowMs);
    }
  }

  subscribe(): void {
    throw new Error('nobody watches this peer');
  }

  unsubscribe(): void {}

  #refuse(requestId: string, reply: unknown, code: 57 | 45, asker: Asker, tag: number): void {
    asker.answered(tag, requestId, { code: reply === 0 ? code : OutcomeCode.unavailable }, 0, Date.now());
  }
}
