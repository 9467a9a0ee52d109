/**
 * HTTP: health, metrics, the list of screenings, their seats, and the page. Everything here reads; what changes a seat
 * goes over the WebSocket.
 */
import type { ScreeningRecord } from '../storage/catalogue.ts';
import type { SeatSnapshot } from '../workers/seat-replica.ts';
import { type Assets, PAGE_HEADERS } from './assets.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from './socket/socket-port.ts';

export interface RoutePorts {
  /** Null while everything is well, else what is missing. */
  notReady(): string | null;
  metrics(): Promise<string>;
  listScreenings(page: ScreeningsPage): Promise<readonly ScreeningSummary[]>;
  loadScreening(screening: number): Promise<ScreeningRecord | null>;
  /** The committed seats of a screening that exists; null when its owner cannot be reached now. */
  seatsNow(screening: number): Promise<SeatSnapshot | null>;
  readonly assets: Assets;
  log(message: string, details: Readonly<Record<string, unknown>>): void;
}

export interface ScreeningsPage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly afterId: number;
  readonly limit: number;
}

export interface ScreeningSummary {
  readonly id: number;
  readonly title: string;
  readonly cinema: string;
  readonly auditorium: string;
  readonly startsAtMs: number;
  readonly timeZone: string;
  readonly projection: string;
  readonly language: string;
  readonly priceCents: number;
  readonly currency: string;
  readonly seatCount: number;
}

const LIST_DAYS_DEFAULT = 7;
const LIST_LIMIT_DEFAULT = 100;
const LIST_LIMIT_MAX = 1000;
const DAY_MS = 86_400_000;
const INSTANT_MIN_MS = Date.UTC(1970, 0);
const INSTANT_END_MS = Date.UTC(2200, 0);
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const TEXT_HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

export function createRoutes(ports: RoutePorts): HttpHandler {
  return async (request) => {
    try {
      return await route(ports, request);
    } catch (cause) {
      ports.log('a request failed', { path: request.path, cause });
      return json(503, { error: 'The server cannot answer this now; try again in a moment.' });
    }
  };
}

async function route(ports: RoutePorts, request: HttpRequest): Promise<HttpResponse> {
  const { path } = request;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return {
      ...json(405, { error: `${request.method} is not allowed here.` }),
      headers: { ...JSON_HEADERS, allow: 'GET, HEAD' },
    };
  }
  if (path === '/healthz') return { status: 200, headers: TEXT_HEADERS, body: 'ok\n' };
  if (path === '/readyz') {
    const missing = ports.notReady();
    return { status: missing === null ? 200 : 503, headers: TEXT_HEADERS, body: `${missing ?? 'ready'}\n` };
  }
  if (path === '/metrics') {
    const headers = { ...TEXT_HEADERS, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
    return { status: 200, headers, body: await ports.metrics() };
  }
  if (path === '/api/screenings') return listScreenings(ports, request.query);
  const seats = /^\/api\/screenings\/(\d{1,15})\/seats$/.exec(path);
  if (seats !== null) return seatsOf(ports, Number(seats[1]));
  if (path.startsWith('/api/')) return json(404, { error: 'There is no such resource.' });
  return page(ports.assets, path);
}

async function listScreenings(ports: RoutePorts, query: URLSearchParams): Promise<HttpResponse> {
  const fromMs = instant(query.get('from'), Date.now());
  if (fromMs === null) return json(400, { error: '"from" must be an instant such as 2026-12-24T20:00:00Z.' });
  const toMs = instant(query.get('to'), fromMs + LIST_DAYS_DEFAULT * DAY_MS);
  if (toMs === null) return json(400, { error: '"to" must be an instant such as 2026-12-31T00:00:00Z.' });
  const limit = whole(query.get('limit'), LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX);
  if (limit === null || limit === 0)
    return json(400, { error: `"limit" must be a whole number from 1 to ${LIST_LIMIT_MAX}.` });
  const afterId = whole(query.get('after'), 0, Number.MAX_SAFE_INTEGER);
  if (afterId === null) return json(400, { error: '"after" must be the "next" of the page before.' });
  const found = await ports.listScreenings({ fromMs, toMs, afterId, limit });
  const screenings = found.map(({ startsAtMs, ...rest }) => ({
    ...rest,
    startsAt: new Date(startsAtMs).toISOString(),
  }));
  const next = found.length === limit ? (found.at(-1)?.id ?? null) : null;
  return json(200, { screenings, next });
}

async function seatsOf(ports: RoutePorts, id: number): Promise<HttpResponse> {
  const record = await ports.loadScreening(id);
  if (record === null) return json(404, { error: `There is no screening ${id}.` });
  const now = await ports.seatsNow(id);
  // Null: the layout can be shown, who has which seat cannot be told at this moment.
  const live =
    now === null ? null : { epoch: now.epoch, version: now.version, salesOpen: now.salesOpen, status: [...now.status] };
  const { seatMap: map, startsAtMs, ...rest } = record;
  const seats = map.seatLabels.map((label, seat) => [
    map.seatRow[seat],
    map.seatColumn[seat],
    map.seatKind[seat],
    label,
  ]);
  return json(200, {
    ...rest,
    startsAt: new Date(startsAtMs).toISOString(),
    seatMap: map.id,
    rows: map.rowLabels,
    seats,
    live,
  });
}

function page(assets: Assets, path: string): HttpResponse {
  const asset = assets.find(path);
  if (asset === null) return { status: 404, headers: TEXT_HEADERS, body: 'not found\n' };
  return { status: 200, headers: { ...PAGE_HEADERS, 'content-type': asset.contentType }, body: asset.bytes };
}

function json(status: number, value: unknown): HttpResponse {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

function instant(text: string | null, fallback: number): number | null {
  if (text === null) return fallback;
  const ms = Date.parse(text);
  // NaN fails both comparisons; PostgreSQL's own calendar ends elsewhere.
  return ms >= INSTANT_MIN_MS && ms < INSTANT_END_MS ? ms : null;
}

function whole(text: string | null, fallback: number, max: number): number | null {
  if (text === null) return fallback;
  if (!/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}
