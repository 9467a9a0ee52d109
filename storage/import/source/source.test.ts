/** Whatever the format, the same rows; and every hostile file a sentence, with memory and time bounded. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { temporaryFile } from '../../../tests/support/fixtures.ts';
import { workbook, zipOf } from '../../../tests/support/workbooks.ts';
import { openSource } from './open-source.ts';
import type { Cell, FileFormat, SourceWish } from './source.ts';
import { FILE_BYTES_MAX, RECORD_CHARS_MAX } from './source-limits.ts';

interface Found {
  readonly header: readonly string[];
  readonly rows: readonly (readonly [line: number, ...cells: Cell[]])[];
  readonly format: FileFormat;
}

const WISH: SourceWish = { name: 'a.csv', sheet: null, asDocument: false, recordsAreLines: false };

async function read(file: string, wish: Partial<SourceWish> = {}): Promise<Found> {
  const source = await openSource(file, { ...WISH, ...wish });
  assert.ok(source.form === 'table');
  const rows: [number, ...Cell[]][] = [];
  for await (const piece of source.rows(() => {})) {
    for (const { line, cells } of piece) rows.push([line, ...('problem' in cells ? [cells] : cells)]);
  }
  return { header: source.header, rows, format: source.format };
}

function reader(t: TestContext) {
  return (content: string | Buffer, wish: Partial<SourceWish> = {}) => read(temporaryFile(t, 'a.csv', content), wish);
}

async function refused(t: TestContext, content: string | Buffer, message: RegExp, wish: Partial<SourceWish> = {}) {
  await assert.rejects(reader(t)(content, wish), { name: 'FileRefused', message });
}

const TABLE = 'título;preço\nAção;32,50\n"Um; dois ""três""";10\n';
const ROWS = [
  [2, 'Ação', '32,50'],
  [3, 'Um; dois "três"', '10'],
];

test('[IM1] separators, encodings, byte order marks and gzip are found out, and the rows are the same', async (t) => {
  const from = reader(t);
  const cases: [content: string | Buffer, separator: string, encoding: string][] = [
    [TABLE, ';', 'utf-8'],
    [`\uFEFF${TABLE}`, ';', 'utf-8'],
    [TABLE.replaceAll('\n', '\r\n'), ';', 'utf-8'],
    [TABLE.replaceAll('\n', '\r'), ';', 'utf-8'],
    [TABLE.trimEnd(), ';', 'utf-8'],
    [TABLE.replaceAll(';', '\t').replace('Um\t', 'Um;'), '\t', 'utf-8'],
    [TABLE.replaceAll(';', '|').replace('Um|', 'Um;'), '|', 'utf-8'],
    [TABLE.replaceAll(';', ',').replace('32,50', '"32,50"').replace('Um,', 'Um;'), ',', 'utf-8'],
    [Buffer.from(TABLE, 'latin1'), ';', 'windows-1252'],
    [Buffer.from(`\uFEFF${TABLE}`, 'utf16le'), ';', 'utf-16le'],
    [Buffer.from(`\uFEFF${TABLE}`, 'utf16le').swap16(), ';', 'utf-16be'],
    [gzipSync(TABLE), ';', 'utf-8'],
    [gzipSync(Buffer.from(TABLE, 'latin1')), ';', 'windows-1252'],
  ];
  for (const [content, separator, encoding] of cases) {
    const { header, rows, format } = await from(content);
    assert.deepEqual([header, rows], [['título', 'preço'], ROWS], `${encoding} ${JSON.stringify(separator)}`);
    assert.deepEqual([format.format, format.separator, format.encoding], ['csv', separator, encoding]);
  }
});

test('[IM2] a row has the number of the line that it begins in, whatever line ends its cells hold', async (t) => {
  const text = '\n\na;b\n"x\ny";1\n\n2;"\r\n\r\n"\n;;\n3;4';
  const { rows } = await reader(t)(text);
  assert.deepEqual(
    rows.map(([line, first]) => [line, first]),
    [
      [4, 'x\ny'],
      [7, '2'],
      [11, '3'],
    ],
  );
  const cell = fc
    .string({ unit: fc.constantFrom('a', 'é', '"', ';', '\n', '\r\n', ' ') })
    .map((found) => found.replaceAll('\r', '\r'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, fc.nat(2)), { maxLength: 30 }),
      fc.constantFrom('\n', '\r\n'),
      async (wanted, end) => {
        let csv = `a;b${end}`;
        const expected: [number, string, string][] = [];
        for (const [one, other, blank] of wanted) {
          csv += end.repeat(blank);
          const line = csv.split(/\r\n|\n|\r/).length;
          if (`${one}${other}`.trim() !== '') expected.push([line, one, other]);
          csv += `"${one.replaceAll('"', '""')}";"${other.replaceAll('"', '""')}"${end}`;
        }
        assert.deepEqual((await reader(t)(csv)).rows, expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('[IM3] quotes inside a cell are letters; one that opens a cell and never closes is refused with its line', async (t) => {
  assert.deepEqual((await reader(t)('a;b\n7" tela;1\nd"x";2\n')).rows, [
    [2, '7" tela', '1'],
    [3, 'd"x"', '2'],
  ]);
  await refused(
    t,
    'a;b\n1;2\n3;"aberta\n4;5\n6;7\n',
    /a\.csv: a quote \("\) is opened in the row that begins in line 3, and never closed/,
  );
  await refused(t, 'a;b\n\n\n3;"aberta\n4;5\n', /begins in line 4/);
  const long = `a;b\n1;2\n3;"aberta\n${'4;5\n'.repeat(RECORD_CHARS_MAX / 4)}`;
  await refused(t, long, /the row that begins in line 3 is longer than 131072 characters: is a quote/);
});

test('[IM4] where a record is a line, a stray quote costs its own line only', async (t) => {
  const { rows } = await reader(t)('a;b\n1;"x;y"\n2;"aberta\n3;4\n', { recordsAreLines: true });
  assert.deepEqual(rows, [
    [2, '1', 'x;y'],
    [3, { problem: 'a quote is opened and not closed' }],
    [4, '3', '4'],
  ]);
});

test('[IM5] JSON: a list of objects, {"rows": …} or an object in each line', async (t) => {
  const objects = [
    { título: 'Ação', preço: 32.5, gêneros: ['Drama', 'Ação'] },
    { título: 'Cor', extra: { a: 1 }, preço: null },
    7,
  ];
  const wanted = [
    [1, 'Ação', '32.5', 'Drama; Ação', ''],
    [2, 'Cor', '', '', { problem: 'it is an object or a list of such; a text or a number is wanted' }],
    [3, { problem: 'it is no object' }],
  ];
  for (const content of [objects, { rows: objects }]) {
    const { header, rows, format } = await reader(t)(JSON.stringify(content, null, 2));
    assert.deepEqual([header, rows], [['título', 'preço', 'gêneros', 'extra'], wanted]);
    assert.deepEqual([format.format, format.unit], ['json', 'object']);
  }
  const { rows, format } = await reader(t)('{"a": 1}\n\n{"a": "2"}\n{"a": \n');
  assert.deepEqual(
    [rows.slice(0, 2), format.format],
    [
      [
        [1, '1'],
        [3, '2'],
      ],
      'json-lines',
    ],
  );
  assert.match(JSON.stringify(rows[2]), /it is no JSON/);
  await refused(t, '{"a": 1}', /is no table: it must be a list of objects/);
  await refused(t, '[{"a": 1},', /is no JSON/);
  await refused(t, Buffer.from('[{"a": "é"}]', 'latin1'), /JSON is always UTF-8/);
  const document = await openSource(temporaryFile(t, 'a.json', '{"lines": []}'), { ...WISH, asDocument: true });
  assert.deepEqual(document.form === 'document' && document.document, { lines: [] });
});

test('[IM6] a workbook: the first sheet or the one asked for, dates as ISO text, formulas as their results', async (t) => {
  const file = workbook({
    'Sessões & mais': [
      ['filme', 'data', 'hora', 'início', 'preço', 'libras'],
      [
        'Ação',
        { day: 46380, shown: 'date' },
        { day: 0.8541666666666666, shown: 'time' },
        { day: 46380.854166666664, shown: 'date-time' },
        32.5,
        true,
      ],
      [],
      [
        { formula: 'A2&"!"', result: 'Ação!' },
        null,
        null,
        null,
        { formula: '0.1+0.2', result: 0.30000000000000004 },
        false,
      ],
    ],
    Outra: [['x'], ['y']],
  });
  const { header, rows, format } = await reader(t)(file);
  assert.deepEqual(header, ['filme', 'data', 'hora', 'início', 'preço', 'libras']);
  assert.deepEqual(rows, [
    [2, 'Ação', '2026-12-24', '20:30', '2026-12-24T20:30:00', '32.5', 'true'],
    [4, 'Ação!', '', '', '', '0.3', 'false'],
  ]);
  assert.deepEqual([format.format, format.sheet, format.unit], ['xlsx', 'Sessões & mais', 'row']);
  for (const sheet of ['Outra', '2']) assert.deepEqual((await reader(t)(file, { sheet })).rows, [[2, 'y']]);
  await refused(t, file, /has no sheet "Mais"; it has "Sessões & mais", "Outra"/, { sheet: 'Mais' });
  const hidden = workbook(
    { Escondida: [['z'], ['z']], Outra: [['x'], ['y']] },
    {
      'xl/workbook.xml': `<workbook><sheets><sheet name="Escondida" state="hidden" r:id="rId1"/><sheet name="Outra" r:id="rId2"/></sheets></workbook>`,
    },
  );
  assert.deepEqual((await reader(t)(hidden)).rows, [[2, 'y']]);
  await refused(t, workbook({ Vazia: [] }), /the sheet "Vazia" of a\.csv is empty/);
});

test('[IM7] formulas that were never calculated are refused with the addresses of their cells', async (t) => {
  const open = { formula: 'B2*2', result: null };
  const file = workbook({
    Preços: [
      ['tabela', 'preço'],
      ['A', open],
      ['B', 3],
      ['C', open],
    ],
    Outra: [['a'], [open]],
  });
  await refused(
    t,
    file,
    /the sheet "Preços" of a\.csv has formulas without a result or with an error, in B2, B4: put that right/,
  );
});

test('[IM43] nothing of a sheet is lost in silence: errors of formulas, and texts that the reader does not know', async (t) => {
  const sheet = (cells: string): Buffer =>
    workbook(
      { A: [['a']] },
      { 'xl/worksheets/sheet1.xml': `<worksheet><sheetData><row r="1">${cells}</row></sheetData></worksheet>` },
    );
  await refused(t, sheet('<c r="A1"><v>1</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'), /with an error, in B1/);
  await refused(t, sheet('<c r="A1" t="inlineStr"><is><t><![CDATA[a]]></t></is></c>'), /is broken/);
  await refused(t, sheet('<c t="inlineStr"><is><t>a</t></is></c>'), /cannot be read/);
  const parts = '<c r="A1" t="inlineStr"><is><r><t>tí</t></r><r><t>tulo</t></r></is></c>';
  assert.deepEqual((await reader(t)(sheet(parts))).header, ['título']);
});

test('[IM8] what is no table is refused by what it is', async (t) => {
  const cases: [string | Buffer, RegExp][] = [
    ['', /is empty/],
    [' \n\n', /nothing but blank lines/],
    ['%PDF-1.7 and so on', /is a PDF/],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), /Excel 97/],
    ['a;b\n1\0;2\n', /zero bytes/],
    [gzipSync(''), /empty once it is unpacked/],
    [gzipSync(gzipSync(TABLE)), /compressed twice/],
    [gzipSync(TABLE).subarray(0, 30), /ends too early/],
    [Buffer.concat([Buffer.from('1f8b0800', 'hex'), Buffer.alloc(40, 255)]), /is broken/],
    [zipOf({ 'filmes.csv': TABLE }), /a zip archive and no Excel workbook/],
    [zipOf({ 'content.xml': '<x/>' }), /LibreOffice/],
    [workbook({ A: [['a']] }).subarray(0, 900), /ends too early/],
    [Buffer.from('\uFEFFa;b\n1;2').fill(0xff, 6, 7), /says that it is UTF-8 and is not/],
  ];
  for (const [content, message] of cases) await refused(t, content, message);
  await assert.rejects(read('/nowhere/at-all.csv', { name: 'at-all.csv' }), {
    name: 'FileRefused',
    message: 'there is no file at-all.csv',
  });
});

test('[IM9] a gzip bomb is refused while it unpacks, after a few megabytes', async (t) => {
  await refused(t, gzipSync(`a;b\n${'0;0\n'.repeat(8_000_000)}`), /unpacks to more than 250 times its size/);
});

test('[IM10] a zip bomb is refused, whatever its directory says', async (t) => {
  const sheet = 'xl/worksheets/sheet1.xml';
  const bomb = (bytes: number): Buffer => workbook({ A: [['a']] }, { [sheet]: ' '.repeat(bytes) });
  await refused(t, bomb(20_000_000), /unpacks to more than 250 times its size/);
  await refused(t, bomb(60_000_000), /unpacks to more than/);
  const honest = {
    'xl/workbook.xml': '<sheets><sheet name="A" r:id="r1"/></sheets>',
    'xl/_rels/workbook.xml.rels': `<Relationship Id="r1" Target="worksheets/sheet1.xml"/>`,
  };
  await refused(
    t,
    zipOf({ ...honest, [sheet]: ' '.repeat(20_000_000) }, { [sheet]: 100 }),
    /unpacks to more than it says/,
  );
  const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`${index}.xml`, '']));
  await refused(t, zipOf({ ...honest, ...many }), /at most 2000/);
});

test('[IM11] a sheet with two cells in far corners is refused before a table is made of it', async (t) => {
  const far = (cells: string): Buffer =>
    workbook(
      { A: [['a']] },
      {
        'xl/worksheets/sheet1.xml': `<worksheet><sheetData><row><c r="A1"><v>1</v></c></row>${cells}</sheetData></worksheet>`,
      },
    );
  await refused(t, far('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), /reaches to row 1048576 and column 1/);
  await refused(t, far('<row r="2"><c r="XFD2"><v>1</v></c></row>'), /column 16384/);
  await refused(t, far('<row r="190000"><c r="ET190000"><v>1</v></c></row>'), /8000000 cells/);
  // Tags that never close must not be looked for again and again.
  for (const endless of [
    '<c r="A2"'.repeat(300_000),
    `<c r="${'A'.repeat(100_000)}">`,
    `<v>${'1'.repeat(300_000)}</v>`,
  ]) {
    await refused(t, far(endless), /the sheet "A" of a\.csv is broken/);
  }
});

test('[IM48] a place that is none on a sheet is refused before the reader fills the gap to it', async (t) => {
  const sheet = (rows: string): Buffer =>
    workbook({ A: [['a']] }, { 'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData></worksheet>` });
  const first = '<row r="1"><c r="A1"><v>1</v></c></row>';
  for (const [rows, message] of [
    ['<row r="4000000000"><c r="A2"><v>1</v></c></row>', /is broken: "4000000000" is no place/],
    ['<row r="4000000000"/>', /"4000000000" is no place/],
    ['<row r="1e9"><c r="A2"><v>1</v></c></row>', /"1e9" is no place/],
    ['<row r = "9000000"/>', /"row 9000000" is no place/],
    ['<row r="900000"><c r="A2"><v>1</v></c></row>', /reaches to row 900000 and column 1/],
    ['<row r="2"><c r="A99999999"><v>1</v></c></row>', /"A99999999" is no place/],
    ['<row><c r="A4000000000"/></row>', /"A4000000000" is no place/],
    ['<row><c r="A4000000"/></row>', /"row 4000000" is no place/],
    ['<row r="2"><c r="AAAAAAA2"><v>1</v></c></row>', /"AAAAAAA2" is no place/],
    ['<row r="2"><c s="1" r="A2" r="A99999999"><v>1</v></c></row>', /"A2" is no place/],
    ['<row r="&#52;000000000"/>', /is no place/],
    ['<row r=4000000000/>', /is no place/],
    ['<row r="199999"/><row/><row/><row/><row/>', /reaches to row 200003/],
  ] as const) {
    await refused(t, sheet(`${first}${rows}`), message);
  }
  // Excel writes rows down to its last when they are formatted.
  const formatted = `${first}<row r="2" ht="15"><c r="A2" s='0'><v>7</v></c></row><row r="1048576" ht="15"/>`;
  assert.deepEqual((await reader(t)(sheet(formatted))).rows, [[2, '7']]);
});

/** Opens the file and tells why it was refused. */
const OPENING = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.open)
    .then(({ openSource }) => openSource(workerData.file, workerData))
    .then(() => parentPort.postMessage('it was opened'), (cause) => parentPort.postMessage(cause.message));`;

test('[IM12] a file of one line without end is refused at the bound, and little of it is read', async (t) => {
  const file = temporaryFile(t, 'a.csv', '');
  const line = Buffer.alloc(1024 * 1024, 'x');
  const megabytes = FILE_BYTES_MAX / line.length - 1;
  await pipeline(Readable.from(Array.from({ length: megabytes }, () => line)), createWriteStream(file));
  // In a heap that has no room for the line.
  const wanted = { ...WISH, file, open: new URL('./open-source.js', import.meta.url).href };
  for (const recordsAreLines of [false, true]) {
    const worker = new Worker(OPENING, {
      eval: true,
      workerData: { ...wanted, recordsAreLines },
      resourceLimits: { maxOldGenerationSizeMb: 24 },
    });
    const [message] = await once(worker, 'message');
    assert.match(message, /line 1 is longer than 131072 characters/);
    await worker.terminate();
  }
  // A gigabyte of it: too large as it is, and packed a bomb.
  const packed = temporaryFile(t, 'a.gz', '');
  await pipeline(
    Readable.from(
      (function* () {
        for (let count = 0; count < 1024; count++) yield line;
      })(),
    ),
    createGzip({ level: 1 }),
    createWriteStream(packed),
  );
  await assert.rejects(read(packed), { name: 'FileRefused', message: /unpacks to more than (250 times|256 MB)/ });
});

test('[IM13] blank rows without end are passed over quickly, and other rows end at a million', async (t) => {
  assert.deepEqual((await reader(t)(`a;b\n${'\n'.repeat(3_000_000)}1;2\n`)).rows, [[3_000_002, '1', '2']]);
  await refused(t, `a;b\n${';\n'.repeat(1_100_000)}`, /more than 1000000 lines/);
});

test('[IM41] whatever bytes a file has, it is read or refused with a sentence', async (t) => {
  const book = workbook({
    A: [
      ['a', 'b'],
      ['c', 1],
      [
        { day: 3, shown: 'date' },
        { formula: 'B2', result: 1 },
      ],
    ],
  });
  const whole = [
    book,
    gzipSync(TABLE),
    Buffer.from(TABLE),
    Buffer.from('[{"a":1},{"b":[2]}]'),
    Buffer.from('\uFEFFa;b\n1;"2', 'utf16le'),
  ];
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (bytes, changes, recordsAreLines) => {
        let hurt = Buffer.from(bytes);
        for (const { at, byte, cut } of changes) {
          hurt[at % hurt.length] = byte;
          if (cut && hurt.length > 40) hurt = hurt.subarray(0, hurt.length - (at % 9));
        }
        await reader(t)(hurt, { recordsAreLines }).catch((cause: Error) => {
          if (cause.name !== 'FileRefused') throw cause;
        });
      },
    ),
    { numRuns: 400 },
  );
});
