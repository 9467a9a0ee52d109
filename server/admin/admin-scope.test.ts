/**
 * Nobody reaches what belongs to another exhibitor, on any endpoint of the administration: the table below has them all, and a
 * new one that is not in it fails the test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { adminEndpoints } from './admin-endpoints.ts';

interface Theirs {
  readonly screening: number;
  readonly cinema: number;
  readonly auditorium: number;
  readonly table: number;
  readonly import: number;
  readonly film: number;
}

interface Attempt {
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
const ATTEMPTS: readonly Attempt[] = [
  list('screenings', 'screenings', () => '?from=2020-01-01T00:00:00Z'),
  list('screenings', 'screenings', ({ cinema }) => `?cinema=${cinema}`),
  list('orders', 'orders'),
  list('orders', 'orders', (theirs) => `?screening=${theirs.screening}`),
  list('orders', 'orders', () => '?code=ABCD234567'),
  list('tickets', 'tickets'),
  list('tickets', 'tickets', (theirs) => `?screening=${theirs.screening}`),
  list('cinemas', 'cinemas', () => '?q=deles'),
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
    body: () => ({ minutes: 101 }),
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
  },
  {
    endpoint: 'POST /api/admin/imports/{import}/resume',
    path: (theirs) => `/api/admin/imports/${theirs.import}/resume`,
  },
];

async function furnished(stage: AdminStage): Promise<Theirs> {
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
  return { screening: sold, cinema, auditorium, table, import: stored.import.id, film: stage.film };
}

/** Everything that an attempt could have changed. */
async function everything(stage: AdminStage): Promise<unknown> {
  const [row] = await stage.rows(`select
    (select jsonb_agg(to_jsonb(s) - 'changed_xid' order by id) from screenings s) as screenings,
    (select jsonb_agg(t order by id) from tickets t) as tickets, (select jsonb_agg(o order by id) from orders o) as orders,
    (select count(*) from journal where kind <> 1) as facts, (select jsonb_agg(f.minutes order by id) from films f where f.title = 'A Volta') as films,
    (select count(*) from messages) as messages, (select jsonb_agg(i.status order by id) from imports i where i.file_name = 'a.csv') as imports,
    (select count(*) from poltrona_jobs._private_jobs) as jobs,
    (select count(*) from staff_actions where target not like 'film:%' and target not like 'import:%') as actions`);
  return row;
}

test('[AD24] the table of attempts has every endpoint of the administration', async (t) => {
  const stage = await AdminStage.create(t);
  const all = adminEndpoints(stage.ports).map(({ method, path }) => `${method} ${path}`);
  const tried = new Set(ATTEMPTS.map(({ endpoint }) => endpoint));
  assert.deepEqual([...tried].sort(), all.sort());
});

test('[AD24] of another exhibitor, or another cinema of the same one, nothing is seen and nothing is changed, on any endpoint', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await everything(stage);
  const strangers = [stage.partner, `partner ${stage.mine.exhibitor}/${stage.mine.cinema}`];
  // A colleague who works for another cinema of theirs. Imports and tables of the whole exhibitor are his too.
  const colleague = `partner ${stage.theirs.exhibitor}/${stage.mine.cinema}`;
  const ofExhibitor = /imports|price-tables/;
  for (const who of [...strangers, colleague]) {
    for (const attempt of ATTEMPTS) {
      if (attempt.isShared || (who === colleague && ofExhibitor.test(attempt.endpoint))) continue;
      const [method = ''] = attempt.endpoint.split(' ');
      const answer = await stage.send(who, method, attempt.path(theirs), attempt.body?.(theirs));
      const what = `${who}: ${attempt.endpoint} ${JSON.stringify(answer.body)}`;
      if (attempt.empty !== undefined) assert.deepEqual([answer.status, answer.body[attempt.empty]], [200, []], what);
      // Some rights a partner has not at all: films of all, and letting people in.
      else if (/check-in|PATCH/.test(attempt.endpoint)) assert.equal(answer.status, 403, what);
      else assert.deepEqual([answer.status, answer.body.code], [404, 'not-found'], what);
    }
  }
  const gate = `gate ${stage.mine.exhibitor}`;
  const letIn = await stage.send(gate, 'POST', '/api/admin/tickets/ABCD234567/check-in', { gate: 'gate 1' });
  assert.equal(letIn.status, 404);
  assert.deepEqual(await everything(stage), before);
});

test('[AD24] an administrator can do all of what is in the table: it is not refused for another reason', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  for (const attempt of ATTEMPTS) {
    const [method = ''] = attempt.endpoint.split(' ');
    const path = attempt.path(theirs).replace('screening:1', `screening:${theirs.screening}`);
    const answer = await stage.send('admin', method, path, attempt.body?.(theirs));
    assert.ok(
      answer.status < 300,
      `${attempt.endpoint}: ${answer.status} ${JSON.stringify(answer.body)} ${stage.logged}`,
    );
    if (attempt.empty !== undefined) assert.notDeepEqual(answer.body[attempt.empty], [], attempt.endpoint);
  }
});

test('[AD25] without a permission, or without signing in, no endpoint of the administration answers', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await everything(stage);
  for (const attempt of ATTEMPTS) {
    const [method = ''] = attempt.endpoint.split(' ');
    const answer = await stage.send('nobody', method, attempt.path(theirs), attempt.body?.(theirs));
    assert.equal(answer.status, 401, attempt.endpoint);
    const kiosk = await stage.send(
      `kiosk ${stage.theirs.exhibitor}`,
      method,
      attempt.path(theirs),
      attempt.body?.(theirs),
    );
    const may = method === 'GET' && !/orders|imports|actions/.test(attempt.endpoint);
    assert.equal(kiosk.status, may ? 200 : 403, attempt.endpoint);
  }
  assert.deepEqual(await everything(stage), before);
});
