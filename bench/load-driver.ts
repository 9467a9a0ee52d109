/**
 * Drives the connections of the load generator: closed loop (each answer makes room for the next command: the
 * most that the server can do) or open loop (commands are due at fixed times, whatever the server does: what
 * people at their own machines are like). In the open loop a command's latency counts from when it was due;
 * one that could not be sent in time waits in the backlog and its wait counts.
 *
 * At the end everything held is given back, so that the next run finds the same seats free.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { HistoryFile } from './history-file.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { type AckedCommand, LoadConnection, type LoadTally } from './load-connection.ts';
import type { LoadPhase, LoadPlan, LoadResult } from './load-plan.ts';

const SEATS_PER_BUYER = 10;
/** How long the last answers are waited for, milliseconds. */
const LAST_ANSWERS_MS = 10_000;
const TICK_MS = 1;
/** Then the measurement begins, warm or not; milliseconds. */
const WARM_UP_MAX_MS = 60_000;

export class LoadDriver implements LoadTally {
  readonly #plan: LoadPlan;
  readonly #onPhase: (phase: LoadPhase) => void;
  readonly #connections: LoadConnection[] = [];
  readonly #latency = new LatencyHistogram();
  readonly #refused: Record<string, number> = {};
  readonly #errors: string[] = [];
  readonly #history: HistoryFile;
  #phase: 'warming' | 'measuring' | 'ending' | 'giving-back' = 'warming';
  #acked = 0;
  #acceptedHolds = 0;
  #acceptedReleases = 0;
  /** The clock, read once for each read from a socket. */
  #nowMs = 0;
  #clockIsRead = false;
  // Open loop: commands that have been due, and how many of them were sent.
  #startMs = 0;
  #sent = 0;
  #turn = 0;
  #backlogMax = 0;
  readonly #giveBackAt = new Map<LoadConnection, number>();

  /** `onPhase` is called when the measured time begins, and when it ends. */
  constructor(plan: LoadPlan, onPhase: (phase: LoadPhase) => void = () => {}) {
    this.#plan = plan;
    this.#onPhase = onPhase;
    this.#history = new HistoryFile(plan.historyFile, plan.historyEvery);
  }

  async run(): Promise<LoadResult> {
    const plan = this.#plan;
    for (let index = 0; index < plan.connections; index++) {
      this.#connections.push(new LoadConnection(plan, index, SEATS_PER_BUYER, this));
    }
    for (const connection of this.#connections) await connection.open(plan.host, plan.port);
    this.#startMs = performance.now();
    const stopPacing = plan.mode === 'open' ? this.#pace() : this.#fillAll();
    await this.#warmUp();
    const cpu = process.cpuUsage();
    const measuredFromMs = performance.now();
    this.#backlogMax = 0;
    this.#phase = 'measuring';
    this.#onPhase('measuring');
    await delay(plan.seconds * 1000);
    this.#phase = 'ending';
    this.#onPhase('measured');
    const measuredSeconds = (performance.now() - measuredFromMs) / 1000;
    const backlogEnd = plan.mode === 'open' ? this.#due(performance.now()) - this.#sent : 0;
    const { user, system } = process.cpuUsage(cpu);
    stopPacing();
    await this.#untilAnswered();
    const unanswered = this.#underWay();
    if (unanswered === 0) await this.#giveEverythingBack();
    for (const connection of this.#connections) connection.close();
    return {
      accepted: this.#acceptedHolds + this.#acceptedReleases,
      acceptedHolds: this.#acceptedHolds,
      acceptedReleases: this.#acceptedReleases,
      acked: this.#acked,
      refused: this.#refused,
      measuredSeconds,
      latency: this.#latency.summary(),
      backlogMax: this.#backlogMax,
      backlogEnd,
      unanswered,
      historyLines: this.#history.close(),
      generatorCores: (user + system) / 1e6 / measuredSeconds,
      errors: this.#errors,
    };
  }

  /** At least `warmSeconds`, and until no screening is asleep: their loading is `recover`'s subject. */
  async #warmUp(): Promise<void> {
    const untilMs = performance.now() + WARM_UP_MAX_MS;
    await delay(this.#plan.warmSeconds * 1000);
    while (performance.now() < untilMs && !this.#connections.every(({ isWarm }) => isWarm)) await delay(20);
  }

  // ---- what connections tell --------------------------------------------------------------------------------

  answered(connection: LoadConnection, dueMs: number, code: number, isHold: boolean, command: AckedCommand): void {
    if (!this.#clockIsRead) {
      this.#nowMs = performance.now();
      this.#clockIsRead = true;
    }
    if (code === 0) {
      this.#acked++;
      this.#history.acked(connection, isHold, command);
    } else {
      this.#refused[code] = (this.#refused[code] ?? 0) + 1;
    }
    if (this.#phase !== 'measuring') return;
    this.#latency.record(this.#nowMs - dueMs);
    if (code !== 0) return;
    if (isHold) this.#acceptedHolds++;
    else this.#acceptedReleases++;
  }

  ready(connection: LoadConnection): void {
    this.#clockIsRead = false;
    if (this.#phase === 'giving-back') this.#giveBack(connection);
    else if (this.#plan.mode === 'closed' && this.#phase !== 'ending') this.#fill(connection);
  }

  failed(reason: string): void {
    if (this.#errors.length < 10) this.#errors.push(reason);
  }

  // ---- closed loop --------------------------------------------------------------------------------------------

  #fillAll(): () => void {
    for (const connection of this.#connections) this.#fill(connection);
    return () => {};
  }

  /** A refusal such as "busy" is met with the next command at once: the bound on commands under way is the pace. */
  #fill(connection: LoadConnection): void {
    if (!connection.isOpen) return;
    const dueMs = performance.now();
    while (connection.underWay < this.#plan.inFlight && connection.next(dueMs));
    connection.flush();
  }

  // ---- open loop ----------------------------------------------------------------------------------------------

  #due(nowMs: number): number {
    return Math.floor(((nowMs - this.#startMs) * this.#plan.ratePerSecond) / 1000);
  }

  #pace(): () => void {
    const timer = setInterval(() => this.#sendDue(), TICK_MS);
    return () => clearInterval(timer);
  }

  /** Sends what has come due, one command to each connection in turn. */
  #sendDue(): void {
    const due = this.#due(performance.now());
    const touched: LoadConnection[] = [];
    let stuck = 0;
    while (this.#sent < due && stuck < this.#connections.length) {
      const connection = this.#connections[this.#turn]!;
      this.#turn = (this.#turn + 1) % this.#connections.length;
      const dueMs = this.#startMs + (this.#sent * 1000) / this.#plan.ratePerSecond;
      if (connection.isOpen && connection.underWay < this.#plan.inFlight && connection.next(dueMs)) {
        stuck = 0;
        this.#sent++;
        touched.push(connection);
      } else {
        stuck++;
      }
    }
    for (const connection of touched) connection.flush();
    this.#backlogMax = Math.max(this.#backlogMax, due - this.#sent);
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  #underWay(): number {
    return this.#connections.reduce((sum, connection) => sum + connection.underWay, 0);
  }

  async #untilAnswered(): Promise<void> {
    const untilMs = performance.now() + LAST_ANSWERS_MS;
    while (this.#underWay() > 0 && this.#errors.length === 0 && performance.now() < untilMs) await delay(5);
  }

  async #giveEverythingBack(): Promise<void> {
    this.#phase = 'giving-back';
    for (const connection of this.#connections) this.#giveBack(connection);
    await this.#untilAnswered();
  }

  #giveBack(connection: LoadConnection): void {
    const dueMs = performance.now();
    let spot = this.#giveBackAt.get(connection) ?? 0;
    while (spot >= 0 && connection.underWay < this.#plan.inFlight) spot = connection.giveBack(spot, dueMs);
    this.#giveBackAt.set(connection, spot < 0 ? connection.walk.length : spot);
    connection.flush();
  }
}
