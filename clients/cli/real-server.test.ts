/** The command line against the real server, with a real database: a cinema's day from its files to the refund. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import WebSocket from 'ws';
import type { DatabaseConfig } from '../../storage/database.ts';
import { fixture, temporaryFile } from '../../tests/support/fixtures.ts';
import { type Ran, ran } from '../../tests/support/heard-ports.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { type ServerProcess, startServer } from '../../tests/support/server-process.ts';
import { connect } from '../sdk/index.ts';
import { type CliPorts, processPorts } from './ports.ts';

const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

function urlOf({ host, port, user, database }: DatabaseConfig): string {
  return `postgres://${user}@/${database}?host=${host}&port=${port}`;
}

interface Cinema {
  readonly server: ServerProcess;
  /** Runs `poltrona`, waiting as people have to. */
  poltrona(words: readonly string[], changes?: Partial<CliPorts>): Promise<Ran>;
  /** The same, which must succeed; its JSON. */
  json<Answer>(...words: readonly string[]): Promise<Answer>;
}

/** A server, and a command line that is logged in to it with the first administrator's key. */
async function cinema(t: TestContext): Promise<Cinema> {
  const database = await testDatabase(t);
  const server = await startServer(t, { database, environment: { POLTRONA_SECRET_KEY: SECRET_KEY } });
  const home = mkdtempSync(path.join(os.tmpdir(), 'poltrona-home-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const environment = { XDG_CONFIG_HOME: home, DATABASE_URL: urlOf(database), POLTRONA_SECRET_KEY: SECRET_KEY };
  const { pause } = processPorts;
  const poltrona: Cinema['poltrona'] = (words, changes) => ran(words, { environment, pause, ...changes });
  const json = async <Answer>(...words: readonly string[]): Promise<Answer> => {
    const { code, out, errors } = await poltrona([...words, '--json']);
    assert.equal(code, 0, `${words.join(' ')}: ${errors.join('\n')}\n${server.lastWords()}`);
    assert.equal(out.length, 1);
    return JSON.parse(out[0] ?? '') as Answer;
  };
  const keyFile = path.join(home, 'key');
  await json('users', 'create-administrator', 'ana@example.com', '--key-file', keyFile);
  const login = await poltrona(['login', `http://127.0.0.1:${server.port}`, '--key-file', keyFile]);
  assert.match(login.out.join(), /as key:\d+ \(administrator\)/, login.errors.join());
  return { server, poltrona, json };
}

/** A film at 20:30 on a day far from now in a large auditorium of the register; resolves with the screening's number. */
async function programme({ json }: Cinema, t: TestContext): Promise<number> {
  await json('import', 'auditoriums', fixture('register.csv'));
  await json('import', 'films', temporaryFile(t, 'filmes.csv', 'codigo;titulo;minutos\nF1;Ação e Reação;118\n'));
  const { cinemas } = await json<{ cinemas: { id: number }[] }>('cinemas', 'list');
  const rooms = await Promise.all(
    cinemas.map(({ id }) =>
      json<{ cinema: { auditoriums: { id: number; status: string; seatCount: number }[] } }>(
        'cinemas',
        'show',
        String(id),
      ),
    ),
  );
  const room = rooms
    .flatMap((each) => each.cinema.auditoriums)
    .find(({ status, seatCount }) => status === 'active' && seatCount > 100);
  const { films } = await json<{ films: { id: number }[] }>('films', 'list', '--search', 'acao');
  const { screening } = await json<{ screening: { id: number } }>(
    ...['screenings', 'create', '--auditorium', String(room?.id), '--film', String(films[0]?.id)],
    ...['--starts', '2099-12-24T20:30', '--price', '40,00'],
  );
  return screening.id;
}

/** Buys the first `count` seats as a visitor of the page does; resolves with the order. */
async function buy(server: ServerProcess, screening: number, count: number): Promise<string> {
  const session = connect({ url: server.webSocketUrl, webSocket: WebSocket });
  try {
    const held = await session.bestAvailable(screening, count);
    assert.equal(held.is, 'accepted', JSON.stringify(held));
    if (held.is !== 'accepted') return '';
    const lines = held.seats.map((seat) => ({ seat, type: 1 }));
    const bought = await session.buy(screening, held.hold, lines, { method: 'sandbox', detail: 'approved' });
    assert.equal(bought.is, 'accepted', JSON.stringify(bought));
    return bought.is === 'accepted' ? bought.order : '';
  } finally {
    session.close();
  }
}

test('[CM17] a cinema from its files to a sold seat, all by the command line and a server', async (t) => {
  const stage = await cinema(t);
  const { server, poltrona, json } = stage;
  const id = String(await programme(stage, t));
  const list = await poltrona(['screenings', 'list', '--search', 'reação']);
  assert.match(list.out.join('\n'), /2099-12-24 20:30 .*Ação e Reação.*R\$ 40,00/, list.errors.join());
  const blocked = await poltrona(['seats', 'block', id, 'a1', '--why', 'broken armrest']);
  assert.deepEqual([blocked.code, blocked.out], [0, [`blocked in screening ${id}: A1`]], blocked.errors.join());
  const twice = await poltrona(['seats', 'block', id, 'A1', '--why', 'broken armrest']);
  assert.equal(twice.code, 1);
  const order = await buy(server, Number(id), 2);
  const shown = await poltrona(['screenings', 'show', id]);
  assert.match(shown.out.join('\n'), /screen.*\n\n.*[■×].*free, 0 held, 2 sold, 1 blocked$/s, shown.out.join('\n'));
  const orders = await poltrona(['orders', 'list', '--screening', id]);
  assert.match(orders.out.join('\n'), new RegExp(`${order} .*R\\$ 80,00`));
  const tickets = await json<{ tickets: { id: string; code: string }[] }>('tickets', 'list', '--screening', id);
  assert.equal(tickets.tickets.length, 2);
  const ticket = await poltrona(['tickets', 'show', tickets.tickets[0]?.code ?? '']);
  assert.match(ticket.out.join('\n'), /film +Ação e Reação/);
  const code = tickets.tickets[0]?.code ?? '';
  const entrance = await poltrona(['tickets', 'check-in', code, '--gate', 'room 1']);
  assert.match(entrance.out.join(), /^let in: [A-Z]+\d+$/, entrance.errors.join());
  const second = await poltrona(['tickets', 'check-in', code, '--gate', 'room 1']);
  assert.deepEqual([second.code, second.out], [1, []]);
  const before = await poltrona([
    'screenings',
    'reschedule',
    id,
    '2099-12-24T21:00',
    '--why',
    'late delivery',
    '--dry-run',
  ]);
  assert.match(before.out.join(), /would start at 2099-12-24 21:00: 1 ticket, 1 person will be told/);
  const whole = await poltrona(['orders', 'refund', order, '--why', 'fell ill', '--yes']);
  assert.match(whole.errors.join(), /has been let in already; name the others/);
  const other = tickets.tickets[1]?.id ?? '';
  const back = await poltrona(['orders', 'refund', order, '--tickets', other, '--why', 'fell ill', '--yes']);
  assert.equal(back.code, 0, back.errors.join());
  assert.match(back.out.join(), /is refunded: 1 ticket, R\$ 40,00 to give back, 1 person will be told/);
  const record = await poltrona(['actions', '--target', `screening:${id}`]);
  assert.match(record.out.join('\n'), /seats\.block +screening:\d+ +broken armrest/);
});

test('[CM17] price tables and screenings come from files, and are looked at as they were sent', async (t) => {
  const stage = await cinema(t);
  const { poltrona, json } = stage;
  await programme(stage, t);
  const { cinemas } = await json<{ cinemas: { ancineId: number; name: string }[] }>(
    'cinemas',
    'list',
    '--search',
    'ipê',
  );
  const complex = String(cinemas[0]?.ancineId);
  const table = `tabela;nome da tabela;complexo;dias;das;às;preço\nT;Verão;${complex};todos;;;32,50\nT;Verão;${complex};qua;;17:00;20\n`;
  const prices = await poltrona(['import', 'prices', temporaryFile(t, 'precos.csv', table)]);
  assert.match(prices.out.join('\n'), /created +2/, [...prices.out, ...prices.errors].join('\n'));
  const tables = await json<{ priceTables: { id: number }[] }>('prices', 'list');
  const shown = await poltrona(['prices', 'show', String(tables.priceTables[0]?.id)]);
  assert.match(
    shown.out.join('\n'),
    /every day +00:00 +24:00 +any +any +R\$ 32,50\nWed +00:00 +17:00 +any +any +R\$ 20,00/,
  );
  const week = `complexo;sala;filme;data;hora\n${complex};SALA 1;F1;24/12/2098;20:30\n${complex};SALA 1;F1;24/12/2098;21:00\n`;
  const file = temporaryFile(t, 'semana.csv', week);
  const refused = await poltrona(['import', 'screenings', file]);
  assert.equal(refused.code, 1);
  assert.match(refused.out.join('\n'), /nothing was kept/);
  const taken = await poltrona(['import', 'screenings', file, '--partial']);
  assert.match(taken.out.join('\n'), /created +1\n(.*\n)+ +rejected +1/, [...taken.out, ...taken.errors].join('\n'));
  const list = await poltrona(['screenings', 'list', '--date', '2098-12-24']);
  assert.match(list.out.join('\n'), /2098-12-24 20:30 .*R\$ 20,00|2098-12-24 20:30 .*R\$ 32,50/);
  assert.match((await poltrona(['cinemas', 'conflicts'])).out.join(), /^no conflicts/);
});

test('[CM17] closing, opening and cancelling reach whoever sells: a watch sees them', async (t) => {
  const stage = await cinema(t);
  const { server, poltrona } = stage;
  const id = String(await programme(stage, t));
  await buy(server, Number(id), 3);
  const wakes: (() => void)[] = [];
  const seen: string[] = [];
  const out = (text: string): void => {
    seen.push(text);
    for (const wake of wakes.splice(0)) wake();
  };
  const until = async (what: RegExp): Promise<void> => {
    while (!seen.some((line) => what.test(line))) await new Promise<void>((resolve) => wakes.push(resolve));
  };
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const pause: CliPorts['pause'] = (ms, signal) => (ms === 3_600_000 ? stopped : processPorts.pause(ms, signal));
  const watching = poltrona(['watch', id, '--json', '--for', '3600'], { out, pause });
  await until(/"is":"snapshot".*"salesOpen":true.*"sold":3/);
  assert.equal((await poltrona(['screenings', 'close', id, '--why', 'sold at the door'])).code, 0);
  await until(/"salesOpen":false/);
  assert.equal((await poltrona(['screenings', 'open', id, '--why', 'enough left'])).code, 0);
  const cancelled = await poltrona(['screenings', 'cancel', id, '--why', 'projector broken', '--yes']);
  assert.equal(cancelled.code, 0, cancelled.errors.join());
  assert.match(
    cancelled.out.join('\n'),
    /is cancelled: 1 order, 3 tickets, R\$ 120,00 to give back, 1 person will be told/,
  );
  await until(/"sold":0/);
  stop();
  assert.equal((await watching).code, 0);
  const again = await poltrona(['screenings', 'cancel', id, '--why', 'projector broken', '--yes']);
  assert.match(again.out.join(), /is cancelled: nobody has a ticket/);
  const facts = await poltrona(['screenings', 'show', id]);
  assert.match(facts.out.join('\n'), /status +cancelled\n.*projector broken/);
});

test('[CM17] users, keys, messages and imports: who may come in, and what they did', async (t) => {
  const { poltrona, json } = await cinema(t);
  const who = await poltrona(['whoami']);
  assert.match(who.out.join('\n'), /role +administrator/);
  const made = await poltrona(['users', 'create', 'bia@example.com', '--name', 'Bia', '--role', 'administrator']);
  assert.equal(made.code, 0, made.errors.join());
  assert.equal((await poltrona(['users', 'disable', 'bia@example.com', '--why', 'left us', '--yes'])).code, 0);
  assert.match((await poltrona(['users', 'list'])).out.join('\n'), /bia@example\.com +Bia +administrator +disabled/);
  const key = await json<{ key: { id: number }; secret: string }>(
    'keys',
    'create',
    'laptop',
    '--role',
    'administrator',
  );
  const server = (await json<{ server: string }>('whoami')).server;
  const environment = { POLTRONA_SERVER: server, POLTRONA_KEY: key.secret };
  assert.equal((await poltrona(['whoami'], { environment })).code, 0);
  assert.equal((await poltrona(['keys', 'revoke', String(key.key.id), '--why', 'stolen', '--yes'])).code, 0);
  const revoked = await poltrona(['whoami'], { environment });
  assert.equal(revoked.code, 2);
  assert.match(revoked.errors.join(), /Log in again/);
  assert.match((await poltrona(['messages', 'list'])).out.join('\n'), /staff-invitation/);
  const rehearsal = await poltrona(['import', 'auditoriums', fixture('register.csv'), '--dry-run']);
  assert.match(rehearsal.out.join('\n'), /a rehearsal: nothing was kept/);
  assert.match((await poltrona(['imports', 'list'])).out.join('\n'), /auditoriums +register\.csv +done, rehearsal/);
  const guest = await fetch(`${server}/api/guests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'a-guest-of-the-test' },
    body: JSON.stringify({ cpf: '529.982.247-25', email: 'carla@example.com', name: 'Carla' }),
  });
  assert.ok(guest.ok, await guest.text());
  const typed = { ask: () => Promise.resolve('529.982.247-25') };
  const forgotten = await poltrona(['buyers', 'forget', '--why', 'asked for it by letter', '--yes'], typed);
  assert.equal(forgotten.code, 0, forgotten.errors.join());
  assert.match(forgotten.out.join(), /^the buyer \S+ is forgotten/);
  assert.equal((await poltrona(['buyers', 'forget', '--why', 'asked for it', '--yes'], typed)).code, 1);
  const nobody = await poltrona(['buyers', 'forget', 'b_nobody', '--why', 'asked for it', '--yes']);
  assert.equal(nobody.code, 1, nobody.errors.join());
});
