import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { createPool } from '../database.ts';
import { filmsKind } from './films-kind.ts';
import type { FileImportOptions, FileReport } from './import-report.ts';
import { importFile } from './table-import.ts';

const OPTIONS = { who: 'tester', dryRun: false };

async function poolFor(t: TestContext): Promise<pg.Pool> {
  const pool = createPool(await testDatabase(t), 'app', 'films test', 2);
  t.after(() => pool.end());
  return pool;
}

/** [created, updated, unchanged, rejected]; and they add up. */
function sums(report: FileReport): readonly number[] {
  const { created, updated, unchanged, rejected } = report;
  assert.equal(created + updated + unchanged + rejected, report.rows);
  return [created, updated, unchanged, rejected];
}

function importer(t: TestContext, pool: pg.Pool) {
  return (csv: string, options: Partial<FileImportOptions> = {}): Promise<FileReport> =>
    importFile(pool, filmsKind, temporaryFile(t, 'filmes.csv', csv), { ...OPTIONS, ...options });
}

async function films(pool: pg.Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(
    `select code, title, original_title as original, work_number as work, rating, minutes, genres, distributor_cnpj as cnpj,
       captions, poster_url as poster, release_date::text as release from films order by id`,
  );
  return rows as Record<string, unknown>[];
}

const FULL = `Código;Título;Título original;CPB/ROE;Classificação;Duração;Gêneros;Distribuidora;CNPJ da distribuidora;Audiodescrição;Legenda descritiva;Libras;Cartaz;Estreia;Sinopse
F1;Ação e Reação;Action;E2500123400000;A14;1h58;Ação, Drama;Filmes do Sul;54.550.752/0001-55;S;N;sim;https://example.com/a.jpg;24/12/2026;"Uma frase; e
outra."
F2;O Rio;;B2600001200000;L;95 min;Documentário;Sul;;N;N;N;;2026-11-05;
`;

test('[FI1] a film is made with everything its row says, and the same file again changes nothing', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const first = await run(FULL);
  assert.deepEqual([sums(first), first.rejectedRows, first.warnings], [[2, 0, 0, 0], [], []]);
  const [film] = await films(pool);
  assert.deepEqual(film, {
    code: 'F1',
    title: 'Ação e Reação',
    original: 'Action',
    work: 'E2500123400000',
    rating: '14',
    minutes: 118,
    genres: ['Ação', 'Drama'],
    cnpj: '54.550.752/0001-55',
    captions: false,
    poster: 'https://example.com/a.jpg',
    release: '2026-12-24',
  });
  const before = (await pool.query('select * from films order by id')).rows;
  assert.deepEqual(sums(await run(FULL)), [0, 0, 2, 0]);
  assert.deepEqual((await pool.query('select * from films order by id')).rows, before);
});

const reasons = ({ rejectedRows }: FileReport): string[] =>
  rejectedRows.map(({ line, column, reason }) => `${line} ${column}: ${reason}`);

test('[FI3] a film is found by its code, else by its CPB or ROE, else by its titles; and learns the numbers it lacked', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  await run('título;título original;duração\nAção;Action;100\nBrasa;;90\n');
  assert.deepEqual(
    sums(await run('título;título original;CPB/ROE\nAÇÃO;Action;E2500123400000\nbrasa;;\n')),
    [0, 2, 0, 0],
  );
  assert.deepEqual(sums(await run('código;título;CPB/ROE\nA;Ação;E2500123400000\nB;Brasa;\n')), [0, 2, 0, 0]);
  assert.deepEqual(sums(await run('código;título\nA;Ação em família\n')), [0, 1, 0, 0]);
  // Without its code, the number alone finds it.
  assert.deepEqual(sums(await run('título;CPB/ROE\nAção 2;E25.001234.00000\n')), [0, 1, 0, 0]);
  assert.deepEqual(
    (await films(pool)).map(({ code, title, work, minutes }) => [code, title, work, minutes]),
    [
      ['A', 'Ação 2', 'E2500123400000', 100],
      ['B', 'Brasa', null, 90],
    ],
  );
});

test('[FI4] two films may have one title: which is meant must be said', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const both =
    'código;título;título original;duração\nK1;King Kong;King Kong (1933);100\nK2;King Kong;King Kong (2005);187\n';
  assert.deepEqual(sums(await run(both)), [2, 0, 0, 0]);
  const unclear = await run('título;duração\nKing Kong;101\n');
  assert.deepEqual(reasons(unclear), [
    '2 título: several films are called that: give their code, or their CPB or ROE number',
  ]);
  const said = await run('título;título original;duração\nKing Kong;king kong (2005);188\n');
  assert.deepEqual(sums(said), [0, 1, 0, 0]);
  assert.deepEqual(
    (await films(pool)).map(({ minutes }) => minutes),
    [100, 188],
  );
});

test('[FI8] what a row is does not depend on what other rows change: numbers exchanged, titles taken over', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  const [one, two] = ['B2600000000001', 'B2600000000002'];
  await run(`código;título;CPB/ROE;duração\nA;Ação;${one};100\nB;Brasa;${two};90\n;Cor;;80\n`);
  const exchanged = `código;título;CPB/ROE;duração\nA;Brasa;${two};100\nB;Ação;${one};90\nC;Cor;;80\nD;Cor;;70\n`;
  assert.deepEqual(sums(await run(exchanged)), [1, 3, 0, 0]);
  assert.deepEqual(sums(await run(exchanged)), [0, 0, 4, 0]);
  assert.deepEqual(
    (await films(pool)).map(({ code, title, work, minutes }) => [code, title, work, minutes]),
    [
      ['A', 'Brasa', two, 100],
      ['B', 'Ação', one, 90],
      ['C', 'Cor', null, 80],
      ['D', 'Cor', null, 70],
    ],
  );
  const unclear = await run('código;título;duração\nC;Cor;80\n;Cor;80\n');
  assert.deepEqual(reasons(unclear), ['3 título: it is also in line 2: give the code, or the CPB or ROE number']);
});

test('[FI5] keys that a file has twice, and numbers of another film, are rejected with their lines', async (t) => {
  const pool = await poolFor(t);
  const run = importer(t, pool);
  await run('código;título;CPB/ROE;duração\nA;Ação;B2600000000001;100\nB;Brasa;B2600000000002;90\n');
  const report = await run(
    'código;título;CPB/ROE;duração\nA;Ação;;100\nA;Ação;;100\nC;Cor;B2600000000002;80\n;Dor;B2600000000009;70\n;Dó;B2600000000009;70\n;Eva;;\n;Ação;B2600000000001;100\n',
    { partial: true },
  );
  assert.deepEqual(reasons(report), [
    '3 código: it is also in line 2',
    '6 CPB/ROE: it is also in line 5',
    '7 duração: it is blank, and the film is new',
    '8 CPB/ROE: it belongs to another film: Ação',
  ]);
  assert.deepEqual(sums(report), [1, 1, 1, 4]);
});

test('[FI6] a cell that is wrong is told by its column: rating, length, number, CNPJ, poster, date, genres', async (t) => {
  const report = await importer(
    t,
    await poolFor(t),
  )(
    'título;classificação;duração;CPB/ROE;CNPJ;cartaz;estreia;gêneros;libras\nA;13;;;;;;;\nA;;1000;;;;;;\nA;;;X1;;;;;\nA;;;;11.111.111/1111-11;;;;\n' +
      `A;;;;;http://x.br/a.jpg;;;\nA;;;;;;31/02/2026;;\nA;;;;;;;${'x'.repeat(41)};\nA;;;;;;;;talvez\nA;=A1;;;;;;;\n`,
  );
  assert.deepEqual(
    report.rejectedRows.map(({ line, column }) => [line, column]),
    ['classificação', 'duração', 'CPB/ROE', 'CNPJ', 'cartaz', 'estreia', 'gêneros', 'libras', 'classificação'].map(
      (column, index) => [index + 2, column],
    ),
  );
});

test('[FI7] a partner adds films that are missing and changes none: others show them too', async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into exhibitors (name) values ('Sul')`);
  const run = importer(t, pool);
  await run('código;título;duração;sinopse\nA;Ação;100;Certa\n');
  const report = await run('código;título;duração;sinopse\nA;Ação;99;Errada\nB;Brasa;90;\n', { exhibitorId: 1 });
  assert.deepEqual(
    [sums(report), report.warnings.map(({ kind, line }) => [kind, line])],
    [
      [1, 0, 1, 0],
      [
        ['shared-film', 2],
        ['no-rating', 3],
      ],
    ],
  );
  const other = await run('código;título;duração\nA;Outro filme;99\n', { exhibitorId: 1 });
  assert.deepEqual(reasons(other), ['2 código: it is the code of another film: choose one of your own']);
  assert.deepEqual(
    (await films(pool)).map(({ title, minutes }) => [title, minutes]),
    [
      ['Ação', 100],
      ['Brasa', 90],
    ],
  );
});

test('[FI9] a CPB or ROE number is the film whatever code the row gives it: the film keeps its code', async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into exhibitors (name) values ('Sul'), ('Norte')`);
  const run = importer(t, pool);
  const [one, two] = ['B2600000000001', 'B2600000000002'];
  await run(`código;título;CPB/ROE;duração\nA1;Avatar;${one};100\nB7;Brasa;${two};90\n`, { exhibitorId: 1 });
  const codes = async (): Promise<unknown> => (await films(pool)).map(({ code, title, work }) => [code, title, work]);
  const both = [
    ['A1', 'Avatar', one],
    ['B7', 'Brasa', two],
  ];
  // B7 is nobody's for a film of that title, and another film's for chain B.
  for (const exhibitorId of [2, null]) {
    const report = await run(`código;título;CPB/ROE;duração\nB7;Avatar;${one};100\nX;Brasa;${two};90\n`, {
      exhibitorId,
    });
    assert.deepEqual(
      [sums(report), reasons(report), report.warnings.map(({ kind, line }) => [kind, line])],
      [
        [0, 0, 2, 0],
        [],
        [
          ['other-code', 2],
          ['other-code', 3],
        ],
      ],
    );
    assert.match(report.warnings[0]?.text ?? '', /^"Avatar" is there with the code A1, which stays/);
    assert.deepEqual(await codes(), both);
  }
});

test('[FI10] a partner makes no twin of a film whose title and original title are there', async (t) => {
  const pool = await poolFor(t);
  await pool.query(`insert into exhibitors (name) values ('Sul'), ('Norte')`);
  const run = importer(t, pool);
  await run('código;título;título original;duração\nA1;Avatar;Avatar;100\nA2;Duna;Dune (1984);137\n', {
    exhibitorId: 1,
  });
  const norte = { exhibitorId: 2 };
  const lines = 'código;título;título original;duração\nA2;Avatar;Avatar;100\nB8;Duna;Dune (2021);155\n';
  const report = await run(lines, norte);
  assert.deepEqual(
    [sums(report), report.warnings.map(({ kind, line }) => [kind, line])],
    [
      [1, 0, 1, 0],
      [
        ['other-code', 2],
        ['no-rating', 3],
      ],
    ],
  );
  assert.deepEqual(sums(await run(lines, norte)), [0, 0, 2, 0]);
  // With a number of its own it is another film.
  assert.deepEqual(
    sums(await run('código;título;CPB/ROE;duração\nB9;Avatar;B2600000000009;60\n', norte)),
    [1, 0, 0, 0],
  );
  assert.equal((await films(pool)).length, 4);
});
