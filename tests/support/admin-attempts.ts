/**
 * A request for each endpoint of the administration, about what belongs to another exhibitor. Tests send them all in the name
 * of whoever must not, or with something wrong in them; a new endpoint that is not in the table fails them.
 */
import type { AdminStage } from './admin-stage.ts';

export interface Theirs {
  readonly exhibitor: number;
  readonly screening: number;
  readonly cinema: number;
  readonly auditorium: number;
  readonly table: number;
  readonly import: number;
  readonly film: number;
}

export interface Attempt {
  readonly endpoint: string;
  readonly path: (theirs: Theirs) => string;
  readonly body?: (theirs: Theirs) => unknown;
  /** Lists: what in the answer must be empty. Films are everybody's. */
  readonly empty?: string;
  readonly isShared?: true;
}

const CSV = new TextEncoder().encode('título;duração\nO Rio;95\n');
const screening = (rest: string) => (theirs: Theirs) => `/api/admin/screenings/${theirs.screening}${rest}`;
const list = (name: string, plural: string, query: (theirs: Theirs) => string = () => ''): Attempt => ({
  endpoint: `GET /api/admin/${name}`,
  path: (theirs) => `/api/admin/${name}${query(theirs)}`,
  empty: plural,
});

/** In an order in which an administrator can do them all. */
export const ATTEMPTS: readonly Attempt[] = [
  list('screenings', 'screenings', () => '?from=2020-01-01T00:00:00Z'),
  list('screenings', 'screenings', ({ cinema }) => `?cinema=${cinema}`),
  list('orders', 'orders'),
  list('orders', 'orders', (theirs) => `?screening=${theirs.screening}`),
  list('orders', 'orders', () => '?code=ABCD234567'),
  list('tickets', 'tickets'),
  list('tickets', 'tickets', (theirs) => `?screening=${theirs.screening}`),
  list('cinemas', 'cinemas', () => '?q=deles'),
  list('exhibitors', 'exhibitors', () => '?q=deles'),
  {
    endpoint: 'PATCH /api/admin/exhibitors/{exhibitor}',
    path: ({ exhibitor }) => `/api/admin/exhibitors/${exhibitor}`,
    body: () => ({ serviceFeePercent: 50, why: 'to try' }),
  },
  list('price-tables', 'priceTables'),
  list('layout-conflicts', 'conflicts'),
  list('layout-conflicts', 'conflicts', ({ auditorium }) => `?auditorium=${auditorium}`),
  list('imports', 'imports'),
  list('actions', 'actions', () => '?target=screening:1'),
  list('actions', 'actions'),
  { endpoint: 'GET /api/admin/films', path: () => '/api/admin/films', isShared: true },
  { endpoint: 'GET /api/admin/films/{film}', path: ({ film }) => `/api/admin/films/${film}`, isShared: true },
  {
    endpoint: 'POST /api/admin/films',
    path: () => '/api/admin/films',
    body: () => ({ title: 'O Rio', minutes: 95 }),
    isShared: true,
  },
  {
    endpoint: 'PATCH /api/admin/films/{film}',
    path: ({ film }) => `/api/admin/films/${film}`,
    body: () => ({ minutes: 101, why: 'to try' }),
  },
  { endpoint: 'GET /api/admin/screenings/{screening}', path: screening('') },
  { endpoint: 'GET /api/admin/cinemas/{cinema}', path: ({ cinema }) => `/api/admin/cinemas/${cinema}` },
  { endpoint: 'GET /api/admin/price-tables/{table}', path: ({ table }) => `/api/admin/price-tables/${table}` },
  { endpoint: 'GET /api/admin/orders/{order}', path: () => '/api/admin/orders/order-1' },
  { endpoint: 'GET /api/admin/tickets/{ticket}', path: () => '/api/admin/tickets/abcd234567' },
  { endpoint: 'GET /api/admin/imports/{import}', path: (theirs) => `/api/admin/imports/${theirs.import}` },
  { endpoint: 'GET /api/admin/imports/{import}/rows', path: (theirs) => `/api/admin/imports/${theirs.import}/rows` },
  {
    endpoint: 'POST /api/admin/screenings',
    path: () => '/api/admin/screenings',
    body: ({ auditorium, film }) => ({ auditorium, film, startsLocal: '2099-12-24T20:30', priceCents: 3000 }),
  },
  {
    endpoint: 'POST /api/admin/screenings/{screening}/reschedule',
    path: screening('/reschedule'),
    body: () => ({ startsLocal: '2099-12-26T20:30', why: 'to try' }),
  },
  ...['close', 'open'].map((word) => ({
    endpoint: `POST /api/admin/screenings/{screening}/${word}`,
    path: screening(`/${word}`),
    body: () => ({ why: 'to try' }),
  })),
  ...['block', 'unblock'].map((word) => ({
    endpoint: `POST /api/admin/screenings/{screening}/seats/${word}`,
    path: screening(`/seats/${word}`),
    body: () => ({ seats: ['B1'], why: 'to try' }),
  })),
  {
    endpoint: 'POST /api/admin/tickets/{ticket}/check-in',
    path: () => '/api/admin/tickets/ABCD234567/check-in',
    body: () => ({ gate: 'gate 1' }),
  },
  ...['cancel', 'refund'].flatMap((word, at) =>
    [true, false].map((dryRun) => ({
      endpoint: `POST /api/admin/orders/{order}/${word}`,
      path: () => `/api/admin/orders/order-${at + 2}/${word}`,
      body: () => ({ why: 'to try', dryRun }),
    })),
  ),
  ...[true, false].map((dryRun) => ({
    endpoint: 'POST /api/admin/screenings/{screening}/cancel',
    path: screening('/cancel'),
    body: () => ({ why: 'to try', dryRun }),
  })),
  {
    endpoint: 'POST /api/admin/imports',
    path: () => '/api/admin/imports?kind=films&file=x.csv',
    body: () => CSV,
    isShared: true,
  },
  {
    endpoint: 'POST /api/admin/imports/{import}/cancel',
    path: (theirs) => `/api/admin/imports/${theirs.import}/cancel`,
    body: () => ({ why: 'to try' }),
  },
  {
    endpoint: 'POST /api/admin/imports/{import}/resume',
    path: (theirs) => `/api/admin/imports/${theirs.import}/resume`,
    body: () => ({ why: 'to try' }),
  },
];

/** What belongs to the other house: a screening with three orders, a table of prices, an import. */
export async function furnished(stage: AdminStage): Promise<Theirs> {
  const { cinema, auditorium, exhibitor } = stage.theirs;
  const sold = await stage.screening(stage.theirs);
  for (const at of [1, 2, 3]) await stage.buys(sold, 'ana', `order-${at}`, [at]);
  await stage.rows(`update tickets set code = 'ABCD234567' where order_id = 'order-1'`);
  await stage.does('admin', 'POST', `/api/admin/screenings/${sold}/seats/block`, { seats: ['B8'], why: 'broken' });
  const table = await stage.id(
    `insert into price_tables (exhibitor_id, code, name, content_hash) values ($1, 'main', 'Main', 'x') returning id`,
    [exhibitor],
  );
  await stage.rows(
    `insert into seat_map_changes (screening, seat_map_id, state, reason) values ($1, $2, 'conflict', 'screeningHasSales')`,
    [sold, stage.theirs.seatMap],
  );
  const stored = await stage.does(`partner ${exhibitor}`, 'POST', '/api/admin/imports?kind=films&file=a.csv', CSV);
  return { exhibitor, screening: sold, cinema, auditorium, table, import: stored.import.id, film: stage.film };
}
