import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { createPool } from '../database.ts';
import { filmsKind, minutes, rating } from './films-kind.ts';
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
