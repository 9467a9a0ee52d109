/**
 * HTTP: health, metrics, seats, the shop's pages, and the API's endpoints (`api/`), which have their own way through rights and
 * schemas. What changes a visitor's seats goes over the WebSocket.
 */
import type { ScreeningRecord } from '../storage/catalogue.ts';
import type { SeatSnapshot } from '../workers/seat-replica.ts';
import { packedAnswer } from './packed-answer.ts';
import type { ShopPages } from './shop-pages.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from './socket/socket-port.ts';

export interface RoutePorts {
  /** Null while everything is well, else what is missing. */
  notReady(): string | null;
  metrics(): Promise<string>;
  loadScreening(screening: number): Promise<ScreeningRecord | null>;
  /** What is kept of it is old. */
  forgetScreening(screening: number): void;
  /** The committed seats of a screening that exists; null when its owner cannot be reached now. */
  seatsNow(screening: number): Promise<SeatSnapshot | null>;
  readonly shop: Pick<ShopPages, 'answer'>;
  /** The API's endpoints and its description; null for a path that is none of theirs. Never rejects. */
  api(request: HttpRequest): Promise<HttpResponse | null>;
  log(message: string, details: Readonly<Record<string, unknown>>): void;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const TEXT_HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

export function createRoutes(ports: RoutePorts): HttpHandler {
  return async (request) => {
    try {
      return await packedAnswer(request, await route(ports, request));
    } catch (cause) {
      ports.log('a request failed', { path: request.path, cause });
      return json(503, { error: 'The server cannot answer this now; try again in a moment.' });
    }
  };
}

async function route(ports: RoutePorts, request: HttpRequest): Promise<HttpResponse> {
  const { path } = request;
  if (path.startsWith('/api/') || path.startsWith('/.well-known/')) {
    const answer = await ports.api(request);
    if (answer !== null) return answer;
  }
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
  const seats = /^\/api\/screenings\/(\d{1,15})\/seats$/.exec(path);
  if (seats !== null) return seatsOf(ports, Number(seats[1]));
  if (path.startsWith('/api/')) return json(404, { error: 'There is no such resource.' });
  return ports.shop.answer(request);
}

async function seatsOf(ports: RoutePorts, id: number): Promise<HttpResponse> {
  let record = await ports.loadScreening(id);
  if (record === null) return json(404, { error: `There is no screening ${id}.` });
  let now = await ports.seatsNow(id);
  if (!isOfLayout(now, record)) {
    // The layout has just changed, and the record that is kept here is the one of before.
    ports.forgetScreening(id);
    record = (await ports.loadScreening(id)) ?? record;
    now = await ports.seatsNow(id);
    // Once more, between the two: then the seats are left out, and whoever watches them comes again.
    if (!isOfLayout(now, record)) now = null;
  }
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

/** Seats are known by their numbers on one layout; 0 comes from a node of an older build, which knows no other. */
function isOfLayout(now: SeatSnapshot | null, record: ScreeningRecord): boolean {
  return now === null || now.seatMap === 0 || now.seatMap === record.seatMap.id;
}

function json(status: number, value: unknown): HttpResponse {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}
