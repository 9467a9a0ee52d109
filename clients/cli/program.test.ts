import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '../../storage/database.ts';
import { fixture, temporaryFile } from '../../tests/support/fixtures.ts';
import { type Ran, ran } from '../../tests/support/heard-ports.ts';
import { connected, emptyDatabase, testDatabase } from '../../tests/support/postgres.ts';
import type { CliPorts } from './ports.ts';

function urlOf({ host, port, user, database }: DatabaseConfig): string {
  return `postgres://${user}@/${database}?host=${host}&port=${port}`;
}

/** Runs `poltrona` with `words` on a database, as if nobody were looking. */
function poltrona(
  config: DatabaseConfig | null,
  words: readonly string[],
  ports: Partial<CliPorts> = {},
): Promise<Ran> {
  return ran(words, { ...(config === null ? {} : { environment: { DATABASE_URL: urlOf(config) } }), ...ports });
}

function jsonOf(ran: Ran): Record<string, unknown> {
  assert.equal(ran.out.length, 1, 'one line of JSON and nothing else');
  return JSON.parse(ran.out[0] ?? '') as Record<string, unknown>;
}

const FILMS = 'Código;Título;Duração;Classificação\nF1;Ação e Reação;118;14\nF2;O Rio;95;L\n';
const FILMS_WITH_A_FAULT = `${FILMS}F3;;90;L\n`;

test('[CM12] import beside the database: the report adds up, for people and as JSON, and says which way it went', async (t) => {
  const config = await testDatabase(t);
  const file = temporaryFile(t, 'filmes.csv', FILMS);
  const text = await poltrona(config, ['import', 'films', file]);
  assert.deepEqual([text.code, text.errors], [0, ['importing into the database itself']]);
  const report = text.out.join('\n');
  assert.match(
    report,
    /^filmes\.csv: 2 rows in \d+\.\d s\n {2}created +2\n {2}updated +0\n {2}unchanged +0\n {2}rejected +0/,
  );
  const again = jsonOf(await poltrona(config, ['import', 'films', file, '--json']));
  assert.deepEqual(
    [again['rows'], again['created'], again['updated'], again['unchanged'], again['rejected']],
    [2, 0, 0, 2, 0],
  );
  const client = await connected(t, config, 'app');
  assert.deepEqual((await client.query('select distinct who from imports')).rows, [{ who: 'tester' }]);
});

test('[CM12] a file with a row at fault is not kept: exit code 1; with --partial its good rows are', async (t) => {
  const config = await testDatabase(t);
  const file = temporaryFile(t, 'filmes.csv', FILMS_WITH_A_FAULT);
  const refused = await poltrona(config, ['import', 'films', file]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.out.join('\n'),
    /1 of 3 rows is at fault, and nothing was kept.*\n(.*\n)+Rejected\n {2}Título: .*\(line 4\)$/,
  );
  const wrong = `${file}.wrong.csv`;
  const partial = await poltrona(config, ['import', 'films', file, '--partial', '--rejected', wrong]);
  assert.deepEqual([partial.code, partial.errors.at(-1)], [0, `1 reason in ${wrong}`]);
  assert.match(readFileSync(wrong, 'utf8'), /^line,column,reason\r\n4,Título,/);
});

test('[CM12] the register is taken with its faults, each of which is listed once with its lines', async (t) => {
  const config = await testDatabase(t);
  const { code, out } = await poltrona(config, ['import', 'auditoriums', fixture('register.csv')]);
  assert.equal(code, 0);
  const report = out.join('\n');
  assert.match(
    report,
    /^register\.csv: 15 rows in .*\n {2}created +8\n {2}updated +0\n {2}unchanged +0\n {2}rejected +7\n/,
  );
  assert.match(report, /cinemas +3 new +0 changed\n/);
  assert.match(report, /REGISTRO_SALA: 7000001 is also in line 2, which counts \(line 11\)/);
  assert.match(report, /fewer wheelchair spaces than Decreto 9\.404\/2018 asks for \(line 4, 16\)/);
});

test('a command prepares an empty database by itself', async (t) => {
  const config = await emptyDatabase(t);
  const file = temporaryFile(t, 'filmes.csv', FILMS);
  const { code, out } = await poltrona(config, ['import', 'films', file, '--dry-run']);
  assert.deepEqual([code, out[1]], [0, 'a rehearsal: nothing was kept']);
});

test('a seat map, a programme, a list: what one command makes the next one sees', async (t) => {
  const config = await testDatabase(t);
  const seatMap = await poltrona(config, [
    'import',
    'seatmap',
    fixture('seat-map.json'),
    '--name',
    'Sala 7',
    '--cinema',
    'Cine Exemplo',
  ]);
  assert.equal(seatMap.code, 0);
  assert.match(seatMap.out.join('\n'), /^seat-map\.json: 1 row in .*\n {2}created +1\n(.*\n)+seat maps +1\n/);
  const made = await poltrona(config, ['screenings', 'generate', '--date', '2026-12-24', '--with-demand']);
  assert.equal(made.code, 0);
  assert.match(made.out.join('\n'), /^2026-12-24: \d screenings in 1 auditorium.*they draw \d+ p/s);
  const list = jsonOf(await poltrona(config, ['screenings', 'list', '--date', '2026-12-24', '--json', '--limit', '2']));
  const screenings = list['screenings'] as { startsLocal: string; cinema: string }[];
  assert.deepEqual([screenings.length, list['more'], screenings[0]?.cinema], [2, true, 'Cine Exemplo']);
  const table = await poltrona(config, ['screenings', 'list', '--date', '2026-12-24', '--limit', '2']);
  assert.match(
    table.out[0] ?? '',
    /^screening +starts there +cinema +auditorium +film +seats +full price +projection +language$/,
  );
  assert.equal(table.out.at(-1), '… and more: use --limit');
  const none = await poltrona(config, ['screenings', 'list', '--date', '2026-12-25']);
  assert.match(none.out[0] ?? '', /^no screenings/);
});

test('exit code 1: the answer is no, in one sentence that says what to do', async (t) => {
  const config = await testDatabase(t);
  const wrong = await poltrona(config, ['import', 'films', temporaryFile(t, 'x.csv', 'a;b;c\n1;2;3\n'), '--json']);
  assert.equal(wrong.code, 1);
  assert.match(String(jsonOf(wrong)['error']), /^x\.csv .*colum/);
  const target = await poltrona(config, ['import', 'seatmap', fixture('seat-map.json'), '--name', 'Sala 7']);
  assert.deepEqual([target.code, target.out.length], [1, 0]);
  assert.match(target.errors.join(), /--name NAME with --cinema NAME/);
  for (const { errors } of [wrong, target]) assert.doesNotMatch(errors.at(-1) ?? '', /\n|at .*\.[jt]s/);
});

test('a file that is not there is told before a database is looked for', async () => {
  const { code, errors } = await poltrona(null, ['import', 'auditoriums', '/nowhere/salas.csv']);
  assert.deepEqual([code, errors], [1, ['there is no file /nowhere/salas.csv']]);
});

test('exit code 2: wrong usage, or no database; POLTRONA_DEBUG tells where it came from', async () => {
  const usage: [string[], RegExp][] = [
    [['bogus'], /unknown command 'bogus'/],
    [['import', 'auditoriums'], /missing required argument 'file'/],
    [['screenings', 'generate'], /--date/],
    [['screenings', 'generate', '--date', '2026-02-30'], /A day like 2026-12-24 is needed/],
    [['screenings', 'list', '--limit', '0'], /A whole number from 1 is needed/],
    [['import', 'seatmap', 'x.json', '--wat'], /unknown option '--wat'/],
  ];
  for (const [words, message] of usage) {
    const { code, errors, out } = await poltrona(null, words);
    assert.deepEqual([code, out], [2, []], words.join(' '));
    assert.match(errors.join('\n'), message);
  }
  const { code, errors } = await poltrona(null, ['screenings', 'list']);
  assert.deepEqual([code, errors.length], [2, 1]);
  assert.match(errors[0] ?? '', /ECONNREFUSED.*is DATABASE_URL right\?$/);
  const environment = { DATABASE_URL: 'postgres://x@127.0.0.1:1/x', POLTRONA_DEBUG: '1' };
  const debug = await poltrona(null, ['screenings', 'list'], { environment });
  assert.match(debug.errors.join('\n'), /\n +at /);
});

test('help has examples and the exit codes; it goes to stdout and is no error', async () => {
  for (const words of [
    ['--help'],
    ['import', 'auditoriums', '--help'],
    ['import', 'seatmap', '--help'],
    ['screenings', 'generate', '--help'],
  ]) {
    const { code, out } = await poltrona(null, words);
    assert.equal(code, 0);
    assert.match(out.join('\n'), /Examples:\n {2}\$ poltrona /, words.join(' '));
  }
  assert.match((await poltrona(null, ['--help'])).out.join('\n'), /Exit codes: 0 done; 1 .*\n2 /);
  assert.match((await poltrona(null, ['--version'])).out[0] ?? '', /^\d+\.\d+\.\d+$/);
});

test('colours are for people only', async (t) => {
  const config = await testDatabase(t);
  const words = ['import', 'films', temporaryFile(t, 'filmes.csv', FILMS), '--dry-run'];
  assert.ok(!(await poltrona(config, words)).out.join().includes('\u001b'));
  assert.ok((await poltrona(config, words, { hasColours: true })).out[0]?.startsWith('\u001b[1mfilmes.csv\u001b[0m'));
});

test('as a process: Ctrl-C in the middle of an import undoes it; nobody reading on is no error', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'app');
  await client.query('begin');
  // The import will wait for this lock, which is how the test knows where it stands.
  await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.imports'))`);
  const child = start(t, config, ['import', 'films', temporaryFile(t, 'filmes.csv', FILMS)]);
  await untilWaiting(t, config);
  child.process.kill('SIGINT');
  assert.deepEqual(await child.ended, { code: 130, out: '' });
  await client.query('commit');
  assert.equal((await client.query('select from films')).rowCount, 0);
  const help = start(t, config, ['--help']);
  help.process.stdout.destroy();
  assert.equal((await help.ended).code, 0);
});

function start(t: TestContext, config: DatabaseConfig, words: readonly string[]) {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const child = spawn(process.execPath, [main, ...words], {
    env: { ...process.env, HOME: '', XDG_CONFIG_HOME: '', DATABASE_URL: urlOf(config) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  const ended = new Promise<{ code: number | null; out: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, out }));
  });
  return { process: child, ended };
}

/** Until some session of this database waits for an advisory lock. */
async function untilWaiting(t: TestContext, config: DatabaseConfig): Promise<void> {
  const looker = await connected(t, config, 'migrator');
  for (;;) {
    const { rowCount } = await looker.query(
      `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    if ((rowCount ?? 0) > 0) return;
  }
}
