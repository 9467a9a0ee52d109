/**
 * What a node says of itself, again and again, as long as it lives: who it is, what it owns, how busy it is. JSON, since
 * people read it too (`nats kv get`), and since it changes slowly compared with everything else.
 *
 * Nodes of different builds read each other's records. Fields are added, never changed or taken away; what a reader does
 * not know it leaves alone. Where a shard belongs (`rendezvous.ts`) is part of this agreement.
 */
import { SHARDS } from '../shard-map.ts';
import type { Claim } from './shard-owner.ts';

/** Raised when a record says more than the last version did. Readers accept every version that has the fields of 1. */
export const RECORD_VERSION = 1;

/** How busy a node is, for people to read. */
export interface NodeLoad {
  readonly connections: number;
  /** Screenings in memory. */
  readonly actors: number;
  /** Approximate, over the last seconds. */
  readonly decisionsPerSecond: number;
  /** Commands that wait in mailboxes. */
  readonly queued: number;
  /** Of one core: 1 is a core fully used. */
  readonly cpu: number;
}

/** `draining` gives everything away and takes nothing. `unfit` cannot take, for want of PostgreSQL; it is treated the same. */
export type NodeState = 'up' | 'draining' | 'unfit';

export interface NodeRecord {
  readonly version: number;
  /** Its id, new with each start. */
  readonly node: string;
  /** What people call it. */
  readonly name: string;
  readonly build: string;
  readonly state: NodeState;
  readonly threads: number;
  /** For how long a renewal lasts, milliseconds. */
  readonly leaseMs: number;
  /** When the process started, on its wall clock: for people, never compared. */
  readonly startedMs: number;
  /** Its monotonic clock when this was written. It only grows, so that of two records the newer one is known by it. */
  readonly clockMs: number;
  readonly load: NodeLoad;
  readonly claims: readonly Claim[];
}

export const NO_LOAD: NodeLoad = { connections: 0, actors: 0, decisionsPerSecond: 0, queued: 0, cpu: 0 };

const LEASE_MS_MAX = 600_000;
const THREADS_MAX = 1_024;
const NODE_ID = /^[0-9A-Za-z_-]{1,100}$/;

export function isNodeId(text: unknown): text is string {
  return typeof text === 'string' && NODE_ID.test(text);
}

export function writeRecord(record: NodeRecord): string {
  const { version, ...rest } = record;
  const claims = record.claims.map(({ shard, thread, epoch, sinceMs }) => [shard, thread, epoch, sinceMs]);
  return JSON.stringify({ v: version, ...rest, claims });
}

/** Null when it is none: no JSON, or without what every version has. */
export function readRecord(text: string): NodeRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const { v, node, name, build, state, threads, leaseMs, startedMs, clockMs, load, claims } = value;
  const isSound =
    isWhole(v, 1, Number.MAX_SAFE_INTEGER) &&
    isNodeId(node) &&
    isWhole(threads, 1, THREADS_MAX) &&
    isNumber(leaseMs) &&
    leaseMs > 0 &&
    leaseMs <= LEASE_MS_MAX &&
    isNumber(clockMs) &&
    clockMs >= 0 &&
    Array.isArray(claims) &&
    claims.length <= SHARDS;
  if (!isSound) return null;
  const read: Claim[] = [];
  for (const claim of claims) {
    const one = readClaim(claim);
    if (one === null) return null;
    read.push(one);
  }
  return {
    version: v,
    node,
    name: textOr(name, node),
    build: textOr(build, '?'),
    // A state that we do not know gets nothing from us: whoever invented it had a reason.
    state: state === 'up' || state === 'unfit' ? state : 'draining',
    threads,
    leaseMs,
    startedMs: isNumber(startedMs) ? startedMs : 0,
    clockMs,
    load: readLoad(load),
    claims: read,
  };
}

function readClaim(value: unknown): Claim | null {
  if (!Array.isArray(value)) return null;
  const [shard, thread, epoch, sinceMs] = value as unknown[];
  const isSound =
    isWhole(shard, 0, SHARDS - 1) && isWhole(thread, 0, THREADS_MAX - 1) && isWhole(epoch, 1, Number.MAX_SAFE_INTEGER);
  return isSound ? { shard, thread, epoch, sinceMs: isNumber(sinceMs) ? sinceMs : 0 } : null;
}

function readLoad(value: unknown): NodeLoad {
  if (!isObject(value)) return NO_LOAD;
  const field = (name: keyof NodeLoad): number => (isNumber(value[name]) ? value[name] : 0);
  return {
    connections: field('connections'),
    actors: field('actors'),
    decisionsPerSecond: field('decisionsPerSecond'),
    queued: field('queued'),
    cpu: field('cpu'),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown, from: number, to: number): value is number {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value.length <= 200 ? value : otherwise;
}
