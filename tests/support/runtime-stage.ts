/**
 * A shard runtime with everything around it in the test's hands: the clock, the loads, the commits. The journal, the actors and the
 * runtime are the real ones.
 *
 *   const stage = new RuntimeStage();
 *   stage.store.isHolding = true;
 *   const heard = stage.say(1, hold('ana', [0]));
 *   await turns();
 *   stage.store.oneHeld.commit();
 */
import assert from 'node:assert/strict';
import type { Command } from '../../actors/seat-command.ts';
import { FactKind, type RecordedFact } from '../../actors/seat-fact.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import type { ScreeningRules } from '../../actors/seat-state.ts';
import { JOURNAL_LIMITS, Journal, type JournalLimits } from '../../storage/journal.ts';
import type { RecoveredScreening } from '../../storage/recovery.ts';
import { type Ownership, SoleOwnership } from '../../workers/ownership.ts';
import type { ScreeningLoader } from '../../workers/screening-loader.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { RUNTIME_LIMITS, type RuntimeLimits, ShardRuntime, TICK_MS } from '../../workers/shard-runtime.ts';
import { HandStore, turns } from './hand-store.ts';
import { Heard, nameOf, Watching } from './heard.ts';
import { type Draft, HALL, RULES, T0 } from './screening.ts';

/** How long the stage's commands may take, milliseconds. */
const PATIENCE_MS = 5_000;

export interface StageOptions {
  readonly limits?: Partial<RuntimeLimits>;
  readonly journalLimits?: Partial<JournalLimits>;
  readonly map?: SeatMap;
  readonly rules?: Partial<ScreeningRules>;
  /** Our epoch of every shard; null: the shards are somebody else's. */
  readonly epoch?: number | null;
  /** Instead of `epoch`: one that the test changes. */
  readonly ownership?: Ownership;
  /** A database that another stage has written to. */
  readonly store?: HandStore;
}

export interface HeldLoad {
  readonly screening: number;
  /** What is stored by now. */
  give(): void;
  giveNothing(): void;
  fail(cause: Error): void;
}

export class RuntimeStage {
  readonly store: HandStore;
  readonly loader: HandLoader;
  readonly journal: Journal;
  readonly runtime: ShardRuntime;
  readonly map: SeatMap;
  readonly rules: ScreeningRules;
  nowMs = T0;
  /** "answer accepted", "delta 1 2-3", "decided hold accepted", … of everybody, in order, for those who ask with `log`. */
  readonly log: string[] = [];
  readonly logged: string[] = [];
  readonly paymentsDue: string[] = [];
  /** "screening free seats", as the search is told. */
  readonly freeSeats: string[] = [];
  readonly failures: unknown[] = [];
  /** What the next epochs are; asked for by whoever is deposed. */
  readonly epochsAllocated: number[] = [];
  #tag = 0;
  #requests = 0;

  constructor(options: StageOptions = {}) {
    this.store = options.store ?? new HandStore();
    this.map = options.map ?? HALL;
    this.rules = { ...RULES, ...options.rules };
    this.loader = new HandLoader(this.store, this.map, this.rules);
    this.journal = new Journal(
      this.store,
      {
        committed: () => {},
        fenced: (screenings) => this.log.push(`fenced ${screenings}`),
        unknown: () => this.log.push('unknown'),
        rejected: (screening) => this.log.push(`rejected ${screening}`),
        lost: () => this.log.push('lost'),
        released: () => this.runtime.publishChanges(),
        failed: (cause) => this.failures.push(cause),
      },
      { soon: (callback) => queueMicrotask(callback), nowMs: () => this.nowMs },
      { ...JOURNAL_LIMITS, ...options.journalLimits },
    );
    this.runtime = new ShardRuntime({
      journal: this.journal,
      loader: this.loader,
      ownership: options.ownership ?? this.#ownership(options.epoch === undefined ? 1 : options.epoch),
      limits: { ...RUNTIME_LIMITS, ...options.limits },
      nowMs: () => this.nowMs,
      paymentDue: (screening, order) => this.paymentsDue.push(`${screening} ${order}`),
      freeSeats: (screening, freeSeats) => this.freeSeats.push(`${screening} ${freeSeats}`),
      decided: (command, code) => this.log.push(`decided ${command.kind} ${nameOf(code)}`),
      log: (level, message) => this.logged.push(`${level}: ${message}`),
    });
  }

  #ownership(epoch: number | null): Ownership {
    const epochs = new Map<number, number>();
    if (epoch !== null) for (let shard = 0; shard < SHARDS; shard++) epochs.set(shard, epoch);
    return new SoleOwnership(
      epochs,
      () => {
        const next = this.epochsAllocated.shift();
        return next === undefined ? Promise.reject(new Error('no epoch is to be had')) : Promise.resolve(next);
      },
      (cause) => this.logged.push(`no epoch: ${String(cause)}`),
    );
  }

  /** Sends a command; its request id is new unless the draft names one. */
  say(screening: number, draft: Draft, requestId = draft.requestId ?? `request-${++this.#requests}`): Heard {
    const heard = new Heard(this.log);
    const command = { atMs: 0, ...draft, requestId } as Command;
    this.runtime.submit(screening, command, heard, ++this.#tag, this.nowMs + PATIENCE_MS);
    return heard;
  }

  /** Sends a command and lets everything happen that can. */
  async does(screening: number, draft: Draft, requestId?: string): Promise<Heard> {
    const heard = requestId === undefined ? this.say(screening, draft) : this.say(screening, draft, requestId);
    await turns();
    return heard;
  }

  ask(screening: number, buyer: string, payer: string = buyer): Heard {
    const heard = new Heard(this.log);
    const query = { kind: 'mine', requestId: '', buyer, payer, atMs: 0 } as const;
    this.runtime.submit(screening, query, heard, ++this.#tag, this.nowMs + PATIENCE_MS);
    return heard;
  }

  watch(screening: number): Watching {
    const watching = new Watching();
    this.runtime.subscribe(screening, watching);
    return watching;
  }

  /** Time passes, tick by tick. */
  async passes(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      this.nowMs = Math.min(this.nowMs + TICK_MS, endMs);
      this.runtime.tick();
      await turns();
    }
  }

  /** What the database has of a screening. */
  facts(screening: number): readonly RecordedFact[] {
    return this.store.database.factsOf(screening);
  }

  kinds(screening: number): number[] {
    return this.facts(screening).map(({ fact }) => fact.kind);
  }

  /** Another process takes the screening over, as the database sees it. */
  takenOver(screening: number, epoch: number): void {
    const version = this.store.database.lastVersion(screening) + 1;
    const fact = { kind: FactKind.ownerChanged, holdDeadlineMs: this.nowMs + this.rules.holdTtlMs } as const;
    this.#stored(screening).push({ version, epoch, atMs: this.nowMs, requestId: null, fingerprint: 0, fact });
  }

  #stored(screening: number): RecordedFact[] {
    const { journal } = this.store.database;
    const facts = journal.get(screening) ?? [];
    journal.set(screening, facts);
    return facts;
  }
}

export class HandLoader implements ScreeningLoader {
  readonly #store: HandStore;
  readonly #map: SeatMap;
  /** Of every screening. */
  rulesNow: ScreeningRules;
  /** Layouts that the auditorium has; all screenings begin with the stage's. */
  readonly maps: Map<number, SeatMap>;
  /** While true each layout waits in `heldMaps`. */
  isHoldingMaps = false;
  readonly heldMaps: (() => void)[] = [];
  isFailingMaps = false;
  /** While true each load waits in `held`. */
  isHolding = false;
  readonly held: HeldLoad[] = [];
  /** Screenings that were asked for, in order. */
  readonly asked: number[] = [];
  readonly snapshots = new Map<number, { readonly version: number; readonly state: string }>();
  /** While true a snapshot's save never ends. */
  isSaveHanging = false;
  saves = 0;

  constructor(store: HandStore, map: SeatMap, rules: ScreeningRules) {
    this.#store = store;
    this.#map = map;
    this.rulesNow = rules;
    this.maps = new Map([[map.id, map]]);
  }

  rules(screenings: readonly number[]): Promise<Map<number, ScreeningRules>> {
    return Promise.resolve(new Map(screenings.map((screening) => [screening, this.rulesNow])));
  }

  loadMap(_screening: number, id: number): Promise<SeatMap | null> {
    if (this.isFailingMaps) return Promise.reject(new Error('the database is away'));
    return new Promise((resolve) => {
      const give = (): void => resolve(this.maps.get(id) ?? null);
      if (this.isHoldingMaps) this.heldMaps.push(give);
      else give();
    });
  }

  load(screening: number, withoutSnapshot = false): Promise<RecoveredScreening | null> {
    this.asked.push(screening);
    return new Promise((resolve, reject) => {
      const give = (): void => resolve(this.#stored(screening, withoutSnapshot));
      if (this.isHolding) this.held.push({ screening, give, giveNothing: () => resolve(null), fail: reject });
      else give();
    });
  }

  /** The one load that is held. */
  get oneHeld(): HeldLoad {
    assert.equal(this.held.length, 1, `${this.held.length} loads are held`);
    return this.held.shift()!;
  }

  saveSnapshot(screening: number, version: number, _epoch: number, _atMs: number, state: string): Promise<void> {
    this.saves++;
    if (this.isSaveHanging) return new Promise(() => {});
    const before = this.snapshots.get(screening);
    if (before === undefined || before.version < version) this.snapshots.set(screening, { version, state });
    return Promise.resolve();
  }

  #stored(screening: number, withoutSnapshot: boolean): RecoveredScreening {
    const snapshot = withoutSnapshot ? undefined : this.snapshots.get(screening);
    const facts = this.#store.database.factsOf(screening).filter(({ version }) => version > (snapshot?.version ?? 0));
    const last = this.#store.database.mapOf(screening, snapshot?.version ?? 0);
    const map = this.maps.get(last ?? this.#map.id) ?? this.#map;
    return { map, maps: this.maps, rules: this.rulesNow, snapshot: snapshot?.state ?? null, facts };
  }
}
