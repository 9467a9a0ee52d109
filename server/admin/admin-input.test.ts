/** What is wrong with a request is told to whoever sent it, on every endpoint; PostgreSQL never has to find it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTEMPTS, furnished } from '../../tests/support/admin-attempts.ts';
import { AdminStage } from '../../tests/support/admin-stage.ts';
import { cursorOf } from './page-cursor.ts';

/** What is new says itself why it is there; who is let in says where. */
const NEEDS_NO_WHY = new Set([
  'POST /api/admin/films',
  'POST /api/admin/screenings',
  'POST /api/admin/imports',
  'POST /api/admin/tickets/{ticket}/check-in',
]);

type Fields = Readonly<Record<string, unknown>>;

async function counted(stage: AdminStage): Promise<unknown> {
  return stage.rows(`select (select count(*) from staff_actions) as actions, (select count(*) from journal) as facts,
    (select count(*) from poltrona_jobs._private_jobs) as jobs, (select count(*) from messages) as messages`);
}

test('[AD40] no endpoint keeps a CPF or an e-mail address in "why" or "gate": such a request is refused and changes nothing', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await counted(stage);
  let tried = 0;
  for (const { endpoint, path, body } of ATTEMPTS) {
    const [method = ''] = endpoint.split(' ');
    const fields = (body?.(theirs) ?? {}) as Fields;
    for (const name of ['why', 'gate'].filter((name) => name in fields))
      for (const text of ['for 529.982.247-25', 'for ana@example.com']) {
        const answer = await stage.send('admin', method, path(theirs), { ...fields, [name]: text });
        const wrong = { path: `body.${name}`, message: 'must not hold an e-mail address or a CPF' };
        assert.deepEqual([answer.status, answer.body.fields], [400, [wrong]], `${endpoint} ${name}`);
        tried++;
      }
  }
  assert.ok(tried >= 24, `only ${tried} were tried`);
  assert.deepEqual(await counted(stage), before);
});

test('[AD41] whoever changes what is there says why, on every endpoint', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const before = await counted(stage);
  for (const { endpoint, path, body } of ATTEMPTS) {
    const [method = ''] = endpoint.split(' ');
    if (method === 'GET' || NEEDS_NO_WHY.has(endpoint)) continue;
    const { why: _, ...silent } = (body?.(theirs) ?? {}) as Fields;
    const answer = await stage.send('admin', method, path(theirs), silent);
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.path], [400, 'body.why'], endpoint);
  }
  assert.deepEqual(await counted(stage), before);
});

test('[AD44] years before 1900, NULs, halves of characters, offsets and cursors beyond all bounds are told as such', async (t) => {
  const stage = await AdminStage.create(t);
  const theirs = await furnished(stage);
  const { auditorium } = stage.theirs;
  const film = { title: 'O Rio', minutes: 95, why: 'to try' };
  const shown = { auditorium, film: stage.film, startsLocal: '2099-12-24T20:30', priceCents: 3000 };
  const csv = new TextEncoder().encode('título;duração\nO Rio;95\n');
  const wide = '2026-01-01T00:00:00%2B23:00';
  const queries = [
    ...['screenings?date=0000-01-01', 'screenings?date=1899-12-31', 'screenings?from=0000-01-01T00:00:00Z'],
    ...[`screenings?to=${wide}`, `screenings?from=2026-01-01T00:00:00.${'1'.repeat(200)}Z`],
    ...['orders?code=AB%00CD', 'screenings?q=%00', 'actions?target=%00', 'tickets/%00'],
    ...[['cinemas', [-1]] as const, ['films', [1.5]] as const, ['orders', [1, '\0']] as const].map(
      ([list, place]) => `${list}?after=${cursorOf(place)}`,
    ),
    ...[
      [1, 2 ** 31, 'x'],
      [1, -1, 'x'],
      [1, 0, '\0'],
      [1, 0],
    ].map((place) => `tickets?after=${cursorOf(place)}`),
  ];
  const sent: readonly [method: string, path: string, body?: unknown][] = [
    ...queries.map((query) => ['GET', query] as [string, string]),
    ...[
      ...[{ title: 'a\0b' }, { title: 'a\ud800b' }, { synopsis: 'a\0b' }, { synopsis: 'a\ud800b' }],
      ...[{ releaseDate: '0000-01-01' }, { posterUrl: 'https://example.com/\0' }, { code: '\0' }],
    ].flatMap((wrong): [string, string, unknown][] => {
      const { why: _, ...made } = { ...film, ...wrong };
      return [
        ['POST', 'films', made],
        ['PATCH', `films/${stage.film}`, { ...film, ...wrong }],
      ];
    }),
    ...[{ startsLocal: '0000-12-24T20:30' }, { utcOffset: '-99:99' }, { salesFrom: '0000-01-01T00:00:00Z' }].map(
      (wrong): [string, string, unknown] => ['POST', 'screenings', { ...shown, ...wrong }],
    ),
    ['POST', `screenings/${theirs.screening}/reschedule`, { startsLocal: '0000-12-24T20:30', why: 'to try' }],
    ['POST', 'imports?kind=films&file=f.csv&exportedAt=0000-01-01T00:00:00Z', csv],
    ['POST', `imports?kind=films&file=f.csv&exportedAt=${wide}`, csv],
    ['POST', `screenings/${theirs.screening}/close`, { why: 'a\0bc' }],
    ['POST', 'tickets/ABCD234567/check-in', { gate: 'a\0b' }],
  ];
  for (const [method, path, body] of sent) {
    const answer = await stage.send('admin', method, `/api/admin/${path}`, body);
    const what = `${method} ${path} ${JSON.stringify(body)} ${JSON.stringify(answer.body)}`;
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid'], what);
    // Found by the schema, which knows the field's name; the database's own refusal would have none.
    assert.ok(answer.body.fields?.length > 0, what);
  }
  // In several lines is how a synopsis is written.
  const written = await stage.does('admin', 'POST', '/api/admin/films', {
    title: 'Rio',
    minutes: 90,
    synopsis: 'a\n\tb',
  });
  assert.equal(written.film.synopsis, 'a\n\tb');
});

test('[AD45] a request that is refused costs no connection', async (t) => {
  const stage = await AdminStage.create(t);
  let destroyed = 0;
  stage.app.on('remove', () => destroyed++);
  for (const [method, path, status] of [
    ['PATCH', 'films/999999', 404],
    ['POST', 'imports/999999/cancel', 404],
    ['POST', 'imports/999999/resume', 404],
    ['POST', 'orders/nobodys/refund', 404],
  ] as const)
    for (let count = 0; count < 3; count++) {
      const answer = await stage.send('admin', method, `/api/admin/${path}`, { why: 'to try' });
      assert.equal(answer.status, status, path);
    }
  assert.equal(destroyed, 0);
});
