/**
 * The rows that the engine writes under the load of `seats`, without the engine: the same walks, the same holds and
 * releases in the same order, encoded by the engine's own `writeRow`, the screenings dealt out to writers as shards
 * are. The journal they make is a true one: the audit replays it.
 */
import { fingerprintOf } from '../actors/fingerprint.ts';
import { type Fact, FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { writeRow } from '../storage/fact-codec.ts';
import { RowWriter } from '../storage/row-writer.ts';
import { dealShards, shardOf } from '../workers/shard-map.ts';
import { requestIdOf } from './command-frames.ts';
import { SeatWalk, type WalkPlan } from './seat-walk.ts';

const EPOCH = 1;
const HOLD_TTL_MS = 480_000;
/** 16 and 21 characters, as the load's request ids and the server's buyers have. */
const ID_PREFIX = 'benchcopy';
const BUYER_PREFIX = 'bench-copy-buyer-';

export interface WriterBatches {
  /** COPY text, ready to be sent, in the order in which it must be written. */
  readonly batches: readonly Buffer[];
  readonly rows: number;
}

/** About `rows` rows in batches of `batchRows`, for each of `writers` writers its own. */
export function journalBatches(plan: WalkPlan, writers: number, batchRows: number, rows: number): WriterBatches[] {
  const owners = dealShards(writers);
  const pens = Array.from({ length: writers }, () => new BatchPen(batchRows));
  const penOf = (screening: number): BatchPen => pens[owners[shardOf(screening)]!]!;
  const versions = new Uint32Array(plan.screenings);
  let atMs = Date.now();
  const write = (
    screening: number,
    requestId: string | null,
    fingerprint: number,
    fact: (version: number) => Fact,
  ): number => {
    const index = screening - plan.firstScreening;
    const version = ++versions[index]!;
    penOf(screening).add(screening, { version, epoch: EPOCH, atMs, requestId, fingerprint, fact: fact(version) });
    return version;
  };
  for (let screening = plan.firstScreening; screening < plan.firstScreening + plan.screenings; screening++) {
    write(screening, null, 0, () => ({ kind: FactKind.ownerChanged, holdDeadlineMs: atMs + HOLD_TTL_MS }));
  }
  const walks = Array.from({ length: plan.connections }, (_, connection) => new SeatWalk(plan, connection));
  for (let sequence = 0; sequence * walks.length < rows; sequence++) {
    atMs++;
    for (const [connection, walk] of walks.entries()) {
      const { spot } = walk;
      const screening = walk.screeningOf(spot);
      const seats = [walk.seatOf(spot)];
      const requestId = requestIdOf(`${ID_PREFIX}${String(connection).padStart(7, '0')}`, sequence);
      const buyer = `${BUYER_PREFIX}${String(connection).padStart(4, '0')}`;
      if (walk.sent(spot)) {
        const fingerprint = fingerprintOf({ kind: 'hold', requestId, buyer, atMs, seats });
        const deadlineMs = atMs + HOLD_TTL_MS;
        const hold = write(screening, requestId, fingerprint, (version) => ({
          kind: FactKind.held,
          hold: version,
          buyer,
          seats,
          deadlineMs,
        }));
        walk.answered(spot, true, hold);
      } else {
        const hold = walk.holdOf(spot);
        const fingerprint = fingerprintOf({ kind: 'release', requestId, buyer, atMs, hold });
        write(screening, requestId, fingerprint, () => ({ kind: FactKind.released, hold, seats }));
        walk.answered(spot, true, 0);
      }
    }
  }
  return pens.map((pen) => pen.done());
}

/** Joins rows to batches. */
class BatchPen {
  readonly #batchRows: number;
  readonly #batches: Buffer[] = [];
  readonly #writer = new RowWriter();
  #inBatch = 0;
  #rows = 0;

  constructor(batchRows: number) {
    this.#batchRows = batchRows;
  }

  add(screening: number, fact: RecordedFact): void {
    writeRow(this.#writer, screening, fact);
    this.#rows++;
    if (++this.#inBatch === this.#batchRows) this.#close();
  }

  done(): WriterBatches {
    if (this.#inBatch > 0) this.#close();
    return { batches: this.#batches, rows: this.#rows };
  }

  #close(): void {
    this.#batches.push(Buffer.from(this.#writer.taken()));
    this.#writer.reset();
    this.#inBatch = 0;
  }
}
