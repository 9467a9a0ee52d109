import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { createPool } from '../database.ts';
import type { FileImportOptions, FileReport } from './import-report.ts';
import { pricesKind } from './prices-kind.ts';
import { importFile } from './table-import.ts';

const HEADER =
  'tabela;nome da tabela;exibidor;cinema;válida de;válida até;dias;das;às;projeção;tipo de poltrona;preço\n';
const TABLE = `${HEADER}T;Verão;SUL;;01/12/2026;28/02/2027;todos;;;;;32,50
T;Verão;SUL;;01/12/2026;28/02/2027;qua;;;;;20
T;Verão;SUL;;01/12/2026;28/02/2027;seg-sex;;17:00;;;25,00
T;Verão;SUL;;01/12/2026;28/02/2027;;;;3D;;38
T;Verão;SUL;;01/12/2026;28/02/2027;;;;3D;namoradeira;R$ 90,00
`;

/** Two exhibitors; the first has two cinemas. */
async function poolFor(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'prices test', 2);
  t.after(() => pool.end());
  await pool.query(`insert into exhibitors (name, code, ancine_id, cnpj) values
    ('Sul', 'SUL', 101, '54.550.752/0001-55'), ('Norte', 'NOR', 102, null)`);
  await pool.query(`insert into cinemas (exhibitor_id, name, code, ancine_id, time_zone) values
    (1, 'Cine Sul', 'S1', 901, 'America/Sao_Paulo'), (1, 'Cine Praia', 'S2', 902, 'America/Sao_Paulo'),
    (2, 'Cine Norte', 'N1', 903, 'America/Manaus'), (2, 'Cine Rio', null, null, 'America/Manaus'),
    (1, 'Cine Rio', null, null, 'America/Manaus'), (null, 'Cine Só', null, null, 'America/Manaus')`);
  return pool;
}

function importer(t: TestContext, pool: pg.Pool) {
  return async (csv: string, options: Partial<FileImportOptions> = {}): Promise<FileReport> => {
    const file = temporaryFile(t, 'precos.csv', csv);
    const report = await importFile(pool, pricesKind, file, { who: 'tester', dryRun: false, ...options });
    const { created, updated, unchanged, rejected } = report;
    assert.equal(created + updated + unchanged + rejected, report.rows);
    return report;
  };
}

const sums = ({ created, updated, unchanged, rejected }: FileReport) => [created, updated, unchanged, rejected];
const reasons = ({ rejectedRows }: FileReport): string[] =>
  rejectedRows.map(({ line, column, reason }) => `${line} ${column}: ${reason}`);

async function priceOf(pool: pg.Pool, cinema: number, at: string, projection: string, kind: number): Promise<unknown> {
  const { rows } = await pool.query('select full_price_cents($1, $2, $3, $4) as cents', [cinema, at, projection, kind]);
  return rows[0].cents;
}

test('[PT2] rules become the prices that screenings ask for: the one with the most conditions, and the later of two alike', async (t) => {
  const pool = await poolFor(t);
  const report = await importer(t, pool)(TABLE);
  assert.deepEqual(
    [sums(report), report.details, reasons(report)],
    [[5, 0, 0, 0], { tables: { created: 1, updated: 0, unchanged: 0 } }, []],
  );
  const asked: [at: string, projection: string, kind: number, cents: number | null][] = [
    ['2026-12-26 20:00', '2D', 0, 3250],
    ['2026-12-23 20:00', '2D', 0, 2000],
    ['2026-12-22 16:30', '2D', 0, 2500],
    ['2026-12-22 17:00', '2D', 0, 3250],
    ['2026-12-26 20:00', '3D', 0, 3800],
    ['2026-12-26 20:00', '3D', 1, 9000],
    ['2027-03-01 20:00', '2D', 0, null],
  ];
  for (const [at, projection, kind, cents] of asked)
    assert.equal(await priceOf(pool, 1, at, projection, kind), cents, `${at} ${projection}`);
  assert.equal(await priceOf(pool, 3, '2026-12-26 20:00', '2D', 0), null, 'it is another exhibitor');
});

test('[PT3] the same file changes nothing; a table with another rule is replaced as a whole', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  await run(TABLE);
  const all = async () =>
    (await pool.query('select * from price_tables t join price_rules r on r.price_table_id = t.id order by position'))
      .rows;
  const before = await all();
  const two = `${TABLE}U;Outra;SUL;S2;;;;;;;;40\n`;
  assert.deepEqual(sums(await run(two)), [1, 0, 5, 0]);
  assert.deepEqual(
    (await all()).filter(({ code }) => code === 'T'),
    before,
  );
  // A rule is gone and another has a new price.
  const changed = await run(TABLE.split('\n').toSpliced(3, 1).join('\n').replace('32,50', '33'));
  assert.deepEqual(
    [sums(changed), changed.details],
    [[0, 4, 0, 0], { tables: { created: 0, updated: 1, unchanged: 0 } }],
  );
  assert.equal(await priceOf(pool, 1, '2026-12-22 16:30', '2D', 0), 3300);
  assert.equal(await priceOf(pool, 2, '2026-12-22 16:30', '2D', 0), 4000, "the cinema's own table comes first");
  const named = await run(
    TABLE.split('\n').toSpliced(3, 1).join('\n').replace('32,50', '33').replaceAll('Verão', 'Férias'),
  );
  assert.deepEqual(sums(named), [0, 4, 0, 0]);
});

test('[PT4] one row at fault spares its whole table, also where good rows are kept', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const others = 'U;;SUL;;;;;;;;;40\nV;;SUL;;;;seg;;;;;30\nV;;SUL;;;;seg;;;;;31\n';
  const report = await run(`${TABLE.replace('38', '1.234')}${others}`, { partial: true });
  assert.deepEqual(sums(report), [1, 0, 0, 7]);
  assert.deepEqual(
    reasons(report).map((reason) => reason.slice(0, 60)),
    [
      ...['2', '3', '4'].map((line) => `${line} null: another row of this table is at fault, and a table is`),
      '5 preço: "1.234" is no price: write it like 32,50',
      '6 null: another row of this table is at fault, and a table is',
      '8 null: another row of this table is at fault, and a table is',
      '9 null: line 8 has the same days, hours, projection and seats',
    ].map((reason) => reason.slice(0, 60)),
  );
  assert.deepEqual((await pool.query('select code, name from price_tables')).rows, [{ code: 'U', name: 'U' }]);
});

test('[PT5] whose prices: exhibitor and cinema by registration, code, CNPJ or exact name; what is unclear is rejected', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const row = (code: string, exhibitor: string, cinema: string): string => `${code};${exhibitor};${cinema};10\n`;
  const header = 'tabela;exibidor;cinema;preço\n';
  const good = await run(
    `${header}${row('A', '101', '')}${row('B', '54550752000155', '')}${row('C', '', '902')}${row('D', 'NOR', 'cine norte')}${row('E', '', 'S1')}`,
  );
  assert.deepEqual(sums(good), [5, 0, 0, 0]);
  const { rows } = await pool.query(
    'select code, exhibitor_id::int as exhibitor, cinema_id::int as cinema from price_tables order by code',
  );
  assert.deepEqual(
    rows.map(({ code, exhibitor, cinema }) => [code, exhibitor, cinema]),
    [
      ['A', 1, null],
      ['B', 1, null],
      ['C', 1, 2],
      ['D', 2, 3],
      ['E', 1, 1],
    ],
  );
  const bad = await run(
    `${header}${row('A', 'XYZ', '')}${row('B', '', 'Cine Rio')}${row('C', 'SUL', 'N1')}${row('D', '', '')}${row('E', '', 'Cine Só')}${row('F', '', 'Nenhum')}`,
  );
  assert.deepEqual(reasons(bad), [
    "2 exibidor: there is no such exhibitor: write ANCINE's registration, its code or its CNPJ",
    "3 cinema: 2 cinemas are called that: write ANCINE's registration or the code",
    "4 exibidor: the cinema of this row is another exhibitor's",
    '5 null: whose prices are these? Name the cinema or the exhibitor',
    '6 cinema: that cinema has no exhibitor',
    "7 cinema: there is no such cinema: write ANCINE's registration, its code or its exact name",
  ]);
});

test('[PT6] a partner sets the prices of his own cinemas, and learns nothing of others', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const header = 'tabela;exibidor;cinema;preço\n';
  const mine = await run(`${header}A;;;10\nB;;S2;11\n`, { exhibitorId: 1 });
  assert.deepEqual(sums(mine), [2, 0, 0, 0]);
  const theirs = await run(`${header}A;;N1;1\nB;;Nenhum;1\nC;NOR;;1\nD;Nenhum;;1\n`, { exhibitorId: 1 });
  assert.deepEqual(reasons(theirs), [
    '2 cinema: it is not one of your cinemas',
    '3 cinema: it is not one of your cinemas',
    '4 exibidor: it is not your exhibitor',
    '5 exibidor: it is not your exhibitor',
  ]);
  const some = await run(`${header}A;;;12\nB;;S2;12\nC;;S1;12\n`, { exhibitorId: 1, cinemaIds: [2], partial: true });
  assert.deepEqual(reasons(some), [
    '2 cinema: it is blank, and you keep some cinemas of this exhibitor only: name the cinema',
    '4 cinema: it is not one of your cinemas',
  ]);
  assert.deepEqual(sums(some), [0, 1, 0, 2]);
});

test('[PT8] whoever keeps some cinemas takes over no table of the others, nor one for all', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const header = 'tabela;exibidor;cinema;preço\n';
  await run(`${header}TODOS;SUL;;10\nOUTRO;;S1;11\nMEU;;S2;12\n`);
  const before = (
    await pool.query('select * from price_tables t join price_rules r on r.price_table_id = t.id order by t.id')
  ).rows;
  const limited = { exhibitorId: 1, cinemaIds: [2], partial: true };
  const report = await run(`${header}TODOS;;S2;1\nOUTRO;;S2;1\nMEU;;S2;12\n`, limited);
  assert.deepEqual(reasons(report), [
    '2 tabela: the exhibitor has a table of this code that is not yours alone: choose another code',
    '3 tabela: the exhibitor has a table of this code that is not yours alone: choose another code',
  ]);
  assert.deepEqual(sums(report), [0, 0, 1, 2]);
  const after = (
    await pool.query('select * from price_tables t join price_rules r on r.price_table_id = t.id order by t.id')
  ).rows;
  assert.deepEqual(after, before);
  // The whole exhibitor's manager may.
  assert.deepEqual(sums(await run(`${header}TODOS;;S2;1\n`, { exhibitorId: 1 })), [0, 1, 0, 0]);
});

test('[PT7] times and dates that cannot be, and rows that disagree about their table, are rejected', async (t) => {
  const report = await importer(
    t,
    await poolFor(t),
  )(
    `${HEADER}A;;SUL;;02/01/2027;01/01/2027;;;;;;10\nB;;SUL;;;;;22:00;02:00;;;10\nC;Um;SUL;;;;;;;;;10\nC;Dois;SUL;;;;seg;;;;;10\nD;;SUL;;;;feriados;;;?;sofá;10\n`,
  );
  assert.deepEqual(
    reasons(report).map((reason) => reason.replace(/:.*/s, '')),
    ['2 válida até', '3 às', '4 null', '5 nome da tabela', '6 dias', '6 projeção', '6 tipo de poltrona'],
  );
});

/** Tables T and U of the first exhibitor, with two rules each; then `rows` over them. */
async function spared(t: TestContext, rows: string, name = 'tabela,exibidor,dias,preço\n'): Promise<string[]> {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const whole = 'tabela,exibidor,dias,preço\nT,SUL,,40\nT,SUL,seg,30\nU,SUL,,40\nU,SUL,seg,30\n';
  assert.equal((await run(whole)).created, 4);
  await run(`${name}${rows}`, { partial: true, olderOk: true });
  const { rows: kept } = await pool.query(
    `select format('%s %s', t.code, string_agg(r.price_cents::text, ',' order by r.position)) as text
     from price_tables t join price_rules r on r.price_table_id = t.id group by t.id order by t.id`,
  );
  return kept.map(({ text }) => text);
}

test('[PT9] a row of the wrong width spares the table that it is of, and one that does not say it spares them all', async (t) => {
  const before = ['T 4000,3000', 'U 4000,3000'];
  const others = 'T,SUL,,50\nU,SUL,,50\n';
  assert.deepEqual(await spared(t, `${others}T,SUL,sex-dom,32,50\n`), ['T 4000,3000', 'U 5000']);
  // A comma before the table's code shifts it.
  const shifted = await spared(t, 'Um,T,SUL,50\nUm,U,SUL,50\nUm,dois,T,SUL,32\n', 'nome,tabela,exibidor,preço\n');
  assert.deepEqual(shifted, ['T 4000,3000', 'U 5000']);
  assert.deepEqual(await spared(t, `${others},SUL,sex-dom,32\n`), before);
  const lines = [
    { tabela: 'T', exibidor: 'SUL', preço: 50 },
    { tabela: 'U', exibidor: 'SUL', preço: 50 },
  ];
  assert.deepEqual(
    await spared(t, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"tabela": \n`, ''),
    before,
  );
});

test('[PT9] a row whose cinema is not known spares the tables of its code, whoever they are of', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const header = 'tabela;cinema;dias;preço\n';
  await run(`${header}T;S1;;40\nT;S1;seg;30\n`);
  const report = await run(`${header}T;S1;;50\nT;S1x;seg;30\nU;S1;;50\n`, { partial: true });
  assert.deepEqual(reasons(report), [
    '2 null: another row of this table is at fault, and a table is taken as a whole',
    "3 cinema: there is no such cinema: write ANCINE's registration, its code or its exact name",
  ]);
  assert.deepEqual(sums(report), [1, 0, 0, 2]);
  const { rows } = await pool.query('select price_cents from price_rules where price_table_id = 1 order by position');
  assert.deepEqual(rows, [{ price_cents: 4000 }, { price_cents: 3000 }]);
});

test("[PT10] a file without the column of the cinema leaves a table to its cinema; a blank cell makes it the exhibitor's", async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const cinema = async (): Promise<unknown> =>
    (await pool.query('select cinema_id::int as cinema from price_tables')).rows[0]?.cinema;
  await run('tabela;cinema;preço\nT;S1;40\n');
  assert.deepEqual(sums(await run('tabela;exibidor;preço\nT;SUL;50\n')), [0, 1, 0, 0]);
  assert.equal(await cinema(), 1);
  assert.deepEqual(sums(await run('tabela;exibidor;cinema;preço\nT;SUL;;50\n')), [0, 1, 0, 0]);
  assert.equal(await cinema(), null);
});
