/** The actor's own steps, without anything around them: what a decision costs before a byte of it moves. */
import { fingerprintOf } from '../actors/fingerprint.ts';
import type { Command, HoldCommand } from '../actors/seat-command.ts';
import { decide } from '../actors/seat-decide.ts';
import { evolve } from '../actors/seat-evolve.ts';
import type { RecordedFact } from '../actors/seat-fact.ts';
import type { SeatMap } from '../actors/seat-map.ts';
import { initialState, type ScreeningRules, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot, writeSnapshot } from '../actors/snapshot.ts';
import { seatMapFromLayout } from '../storage/seat-layout.ts';
import { requestIdOf } from './command-frames.ts';
import { type MicroResult, measure } from './micro-measure.ts';

const SCREENINGS = 500;
const AT_MS = 1_764_000_000_000;

export const RULES: ScreeningRules = {
  seatsPerBuyerMax: 10,
  holdTtlMs: 480_000,
  holdExtensionsMax: 1,
  extensionMs: 180_000,
  paymentTtlMs: 300_000,
  retryTtlMs: 180_000,
  halfQuota: 80,
  halfPolicy: 'limit',
  isOnSale: true,
  salesFromMs: null,
  salesUntilMs: null,
};

/** Ten rows of twenty. */
export function hall(): SeatMap {
  const rows = [...'ABCDEFGHIJ'];
  const seats = rows.flatMap((label, row) =>
    Array.from({ length: 20 }, (_, column) => [row, column, 0, `${label}${column + 1}`] as const),
  );
  return seatMapFromLayout(1, { rows, seats });
}

/** A new request id for each call, made as a client makes them. */
export function idSource(prefix: string): () => string {
  let sequence = 0;
  return () => requestIdOf(prefix, sequence++);
}

export function holdCommand(requestId: string, buyer: string, seat: number): HoldCommand {
  return { kind: 'hold', requestId, buyer, atMs: AT_MS, seats: [seat] };
}

/** Decides and applies; returns the version, or throws when the command was refused. */
export function decideAndEvolve(state: ScreeningState, command: Command): number {
  const { outcome, facts } = decide(state, command);
  if (outcome.code !== 0) throw new Error(`refused with ${outcome.code}`);
  for (const fact of facts) {
    const recorded: RecordedFact = {
      version: state.version + 1,
      epoch: 1,
      atMs: AT_MS,
      requestId: command.kind === 'claim' ? null : command.requestId,
      fingerprint: command.kind === 'claim' ? 0 : fingerprintOf(command),
      fact,
    };
    evolve(state, recorded);
  }
  return state.version;
}

/** Claimed screenings in which each of twenty buyers holds nine seats, one below the limit. */
function soldWellStates(map: SeatMap, nextId: () => string): ScreeningState[] {
  return Array.from({ length: SCREENINGS }, (_, index) => {
    const state = initialState(index + 1, map, RULES);
    decideAndEvolve(state, { kind: 'claim', requestId: '', buyer: 'system', atMs: AT_MS, epoch: 1 });
    for (let seat = 0; seat < map.seatCount; seat++) {
      if (seat % 10 !== 9) decideAndEvolve(state, holdCommand(nextId(), buyerOf(seat), seat));
    }
    return state;
  });
}

const buyers = Array.from({ length: 20 }, (_, buyer) => `bench-micro-buyer-${String(buyer).padStart(3, '0')}`);

function buyerOf(seat: number): string {
  return buyers[Math.floor(seat / 10)]!;
}

/** Yields name and figure. */
export function* microActor(seconds: number): Generator<readonly [string, MicroResult]> {
  const map = hall();
  const nextId = idSource('benchmicroactor0');
  const states = soldWellStates(map, nextId);

  const asked = states.map((_, index) => {
    const seat = (index % 20) * 10 + 9;
    return holdCommand(nextId(), buyerOf(seat), seat);
  });
  yield [
    'decide: hold, not applied',
    measure(seconds, SCREENINGS, () => {
      let sum = 0;
      for (let i = 0; i < SCREENINGS; i++) sum += decide(states[i]!, asked[i]!).facts.length;
      return sum;
    }),
  ];

  yield [
    'decide and evolve: hold and release in turn, ids and commands made',
    measure(seconds, SCREENINGS * 2, () => {
      let sum = 0;
      for (let i = 0; i < SCREENINGS; i++) {
        const state = states[i]!;
        const seat = (i % 20) * 10 + 9;
        const buyer = buyerOf(seat);
        const hold = decideAndEvolve(state, holdCommand(nextId(), buyer, seat));
        sum += decideAndEvolve(state, { kind: 'release', requestId: nextId(), buyer, atMs: AT_MS, hold }) & 1;
      }
      return sum;
    }),
  ];

  const fresh = states[0]!;
  yield [
    'snapshot: write and read one screening of 180 held seats',
    measure(seconds, 1, () => readSnapshot(writeSnapshot(fresh), map, RULES).version),
  ];
}
