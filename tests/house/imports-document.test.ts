/** docs/imports.md names the columns of each kind as the code has them, and every name it gives is understood. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from '../../storage/import/import-kinds.ts';
import { KIND_NAMES, type KindName } from '../../storage/import/table-kind.ts';
import { readProjectFile } from './project-files.ts';

const HEADINGS: Readonly<Record<KindName, string>> = {
  films: 'Films',
  prices: 'Prices',
  screenings: 'Screenings',
  auditoriums: 'Auditoriums',
  seatmaps: 'Seat maps',
};

/** As headings are compared: without case, accents, blanks and punctuation. */
function bare(text: string): string {
  return text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

for (const kind of KIND_NAMES) {
  test(`docs/imports.md lists the columns of ${kind}, in their order, by names that are understood`, () => {
    const [, section = ''] = readProjectFile('docs/imports.md').split(`\n## ${HEADINGS[kind]}\n`);
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| (.+?) \| (.*?) ?\| /gm)]
      .map(([, heading = '', also = '']) => ({ heading, also }))
      .filter(({ heading }) => heading !== 'column' && !heading.startsWith('-'));
    const { columns } = KINDS[kind];
    assert.deepEqual(
      rows.map(({ heading }) => heading),
      columns.map(({ heading }) => heading),
    );
    for (const [index, { also }] of rows.entries()) {
      const column = columns[index];
      const understood = new Set([column?.name ?? '', ...(column?.aliases ?? [])].map(bare));
      for (const name of also.split(',').filter((part) => part.trim() !== ''))
        assert.ok(understood.has(bare(name)), `${kind}: "${name.trim()}" for ${column?.heading}`);
    }
  });
}
