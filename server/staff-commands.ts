/**
 * Commands of staff, of jobs and of the payment desk to a screening's actor, for those who wait for the answer: HTTP handlers, the change of
 * layouts, cancelled screenings. What touches seats goes through the actor, whoever wants it.
 *
 * The request id comes from the caller (his idempotency key) and makes a repetition harmless (promise I4). That is why an
 * outcome that says "nobody knows" can be asked again from here, in its time: `busy` (nothing was decided), `unavailable` (no
 * owner at this moment, or a commit whose fate nobody knows) and `expired` (too late for its owner's clock). All others are
 * answers. When the time is over without one, it is `unavailable`: whoever repeats later, with the same id, hears how it was.
 *
 * Who may ask for what is the caller's question: the actor believes that whoever comes this way is staff.
 */
import { createHash } from 'node:crypto';
import type { Command, NewTicket } from '../actors/seat-command.ts';
import { SEAT_COUNT_MAX } from '../actors/seat-map.ts';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import type { Bus } from '../workers/bus.ts';

interface StaffCommandBase {
  /** 1 to 64 characters out of 0-9 A-Z a-z _ -; `requestIdOf` makes one. */
  readonly requestId: string;
  /** The account that asks, or `system` for a job; visible ASCII. No buyer's id, so that staff has no seats of its own. */
  readonly by: string;
}

export type StaffCommand = StaffCommandBase &
  (
    | {
        readonly kind: 'block' | 'unblock';
        readonly seats: readonly number[];
        readonly reason: string;
        /** The layout on which the seats were chosen. */
        readonly seatMap?: number;
      }
    | { readonly kind: 'open-sales' | 'close-sales' }
    /** Without `tickets`: all of the order that are not void. */
    | { readonly kind: 'cancel' | 'refund'; readonly order: string; readonly tickets?: readonly string[] }
    /** A payment that nobody waits for: the money is reserved, and `tickets` names a new one for each seat of the order. */
    | { readonly kind: 'confirm'; readonly order: string; readonly tickets: readonly NewTicket[] }
    /** A payment that is certainly dead. */
    | { readonly kind: 'cancel-payment'; readonly order: string; readonly keepHold: boolean }
    | { readonly kind: 'check-in'; readonly ticket: string; readonly gate: string }
    | { readonly kind: 'change-map'; readonly seatMap: number; readonly halfQuota: number }
  );

export interface StaffAnswer {
  readonly outcome: Answer;
  /** The screening's version that the outcome rests on; 0 when no actor answered. */
  readonly version: number;
}

export interface StaffCommandPorts {
  readonly bus: Bus;
  /** How long a command may take in all, milliseconds. */
  readonly deadlineMs: number;
  nowMs(): number;
  /** Calls back after a while, unless it is cancelled. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Pauses between two tries, milliseconds: doubled each time, from a load's time to a take-over's. */
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 1_000;
/** After its deadline nothing is executed any more; an answer that is on its way then may still come. */
const GRACE_MS = 1_000;

const REPEATED: ReadonlySet<number> = new Set([OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired]);
const REQUEST_ID = /^[0-9A-Za-z_-]{1,64}$/;
const ID = /^[\x21-\x7e]{1,128}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const TEXT = /^[^\x00-\x1f\x7f]{0,1024}$/;

export class StaffCommands {
  readonly #ports: StaffCommandPorts;

  constructor(ports: StaffCommandPorts) {
    this.#ports = ports;
  }

  /**
   * Resolves with the actor's answer, or with "unavailable" when none came within `deadlineMs`.
   * @throws RangeError for ids and texts that neither the journal nor the bus would take.
   */
  async ask(
    screening: number,
    command: StaffCommand,
    deadlineMs: number = this.#ports.deadlineMs,
  ): Promise<StaffAnswer> {
    check(command);
    const endsMs = this.#ports.nowMs() + deadlineMs;
    for (let pauseMs = PAUSE_FIRST_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      const answer = await this.#try(screening, toActor(command), endsMs);
      const leftMs = endsMs - this.#ports.nowMs();
      if (!REPEATED.has(answer.outcome.code) || leftMs <= pauseMs) return answer;
      await new Promise<void>((resolve) => void this.#ports.after(pauseMs, resolve));
    }
  }

  #try(screening: number, command: Command, endsMs: number): Promise<StaffAnswer> {
    const patienceMs = Math.max(0, endsMs - this.#ports.nowMs()) + GRACE_MS;
    return new Promise((resolve) => {
      const nobodyAnswers = (): void => resolve({ outcome: { code: OutcomeCode.unavailable }, version: 0 });
      const cancel = this.#ports.after(patienceMs, nobodyAnswers);
      const asker: Asker = {
        answered: (_tag, _requestId, outcome, version) => {
          cancel();
          resolve({ outcome, version });
        },
      };
      this.#ports.bus.submit(screening, command, asker, 0, endsMs);
    });
  }
}

/**
 * A request id out of whatever tells one wish from another: an Idempotency-Key, or a job's name and the screening. `by` is
 * part of it, so that two accounts with the same key do not meet.
 */
export function requestIdOf(by: string, ...parts: readonly (string | number)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([by, ...parts]))
    .digest('base64url')
    .slice(0, 22);
}

/** A message of its own for each try: the owner stamps its time on it. */
function toActor({ requestId, by, ...command }: StaffCommand): Command {
  const base = { requestId, buyer: by, atMs: 0 };
  switch (command.kind) {
    case 'cancel':
    case 'refund':
      return { ...base, ...command, byStaff: true };
    case 'change-map':
      return { ...base, ...command, map: null };
    default:
      return { ...base, ...command };
  }
}

function check(command: StaffCommand): void {
  refuse(!REQUEST_ID.test(command.requestId), 'requestId', '1 to 64 characters out of 0-9 A-Z a-z _ -');
  refuse(!ID.test(command.by), 'by', 'an id in visible ASCII');
  switch (command.kind) {
    case 'block':
    case 'unblock':
      refuse(!TEXT.test(command.reason), 'reason', 'at most 1024 characters without control characters');
      refuse(command.seats.length > SEAT_COUNT_MAX, 'seats', `at most ${SEAT_COUNT_MAX} seats`);
      return;
    case 'cancel':
    case 'refund':
      refuse(!ID.test(command.order), 'order', 'an id in visible ASCII');
      refuse(command.tickets?.some((ticket) => !ID.test(ticket)) ?? false, 'tickets', 'ids in visible ASCII');
      return;
    case 'confirm':
      refuse(!ID.test(command.order), 'order', 'an id in visible ASCII');
      refuse(command.tickets.length > SEAT_COUNT_MAX, 'tickets', `at most ${SEAT_COUNT_MAX} tickets`);
      refuse(
        command.tickets.some(({ ticket, code }) => !ID.test(ticket) || !ID.test(code)),
        'tickets',
        'ids and codes in visible ASCII',
      );
      return;
    case 'cancel-payment':
      refuse(!ID.test(command.order), 'order', 'an id in visible ASCII');
      return;
    case 'check-in':
      refuse(!ID.test(command.ticket), 'ticket', 'an id in visible ASCII');
      refuse(!TEXT.test(command.gate), 'gate', 'at most 1024 characters without control characters');
      return;
    case 'change-map':
      refuse(!isWhole(command.seatMap, 1, Number.MAX_SAFE_INTEGER), 'seatMap', 'the id of a seat map');
      refuse(!isWhole(command.halfQuota, 0, SEAT_COUNT_MAX), 'halfQuota', `a number from 0 to ${SEAT_COUNT_MAX}`);
      return;
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}

function refuse(isWrong: boolean, field: string, must: string): void {
  if (isWrong) throw new RangeError(`${field} must be ${must}`);
}
