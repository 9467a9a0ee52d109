import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { inspectTextFile, LINE_CHARS_MAX, linesOf } from './text-lines.ts';

async function read(file: string): Promise<{ encoding: string; lines: string[]; firsts: number[]; bytes: number }> {
  const inspected = await inspectTextFile(file);
  const found = { encoding: inspected.encoding as string, lines: [] as string[], firsts: [] as number[], bytes: 0 };
  for await (const { first, lines } of linesOf(inspected, (piece) => (found.bytes += piece.length))) {
    found.firsts.push(first);
    found.lines.push(...lines);
  }
  return found;
}

test('a byte order mark and either line end are no part of a line, and the last line may lack its end', async (t) => {
  const { lines, encoding } = await read(temporaryFile(t, 'a.csv', '\uFEFFsão;1\r\nação;2\nfim'));
  assert.deepEqual(lines, ['são;1', 'ação;2', 'fim']);
  assert.equal(encoding, 'utf-8');
});

test('bytes that are no UTF-8 are Windows-1252, wherever they stand', async (t) => {
  const late = Buffer.concat([Buffer.from(`${'x'.repeat(79)}\n`.repeat(10_000)), Buffer.from('S\xc3O;\x80', 'latin1')]);
  const { lines, encoding } = await read(temporaryFile(t, 'a.csv', late));
  assert.equal(encoding, 'windows-1252');
  assert.equal(lines.at(-1), 'SÃO;€');
  assert.equal((await read(temporaryFile(t, 'b.csv', Buffer.from('ok\nS\xc3', 'latin1')))).encoding, 'windows-1252');
});

test('pieces of the file may cut lines and characters anywhere; nothing is lost, lines keep their numbers', async (t) => {
  const wanted = Array.from({ length: 30_000 }, (_, line) => `${line + 1};${'é'.repeat(line % 23)}`);
  const content = Buffer.from(`${wanted.join('\n')}\n`);
  const { lines, firsts, bytes } = await read(temporaryFile(t, 'a.csv', content));
  assert.deepEqual(lines, wanted);
  assert.equal(bytes, content.length);
  assert.ok(firsts.length > 1, 'the file should have come in several pieces');
  for (const first of firsts) assert.ok(first >= 1 && first <= 30_001);
});

test('what is no text is refused, and the message says what it is and what to do', async (t) => {
  const cases: [string | Buffer, RegExp][] = [
    ['', /is empty/],
    [Buffer.from('504b03040a', 'hex'), /Excel workbook or a zip archive/],
    [Buffer.from('fffe4e00', 'hex'), /UTF-16/],
    [gzipSync('x'), /compressed/],
    ['%PDF-1.7', /a PDF/],
    ['a;b\0c', /zero bytes/],
  ];
  for (const [content, message] of cases) {
    await assert.rejects(inspectTextFile(temporaryFile(t, 'a.csv', content)), { name: 'FileRefused', message });
  }
  await assert.rejects(inspectTextFile('/nowhere/at-all.csv'), { name: 'FileRefused', message: /there is no file/ });
  await assert.rejects(inspectTextFile(os.tmpdir()), { name: 'FileRefused', message: /is not a file/ });
});

test('a file that is too large, or has a line without end, is refused', async (t) => {
  await assert.rejects(inspectTextFile(temporaryFile(t, 'a.csv', 'x'.repeat(2_000)), 1_000), /at most 1 MB/);
  const file = temporaryFile(t, 'b.csv', `a\nb\n${'x'.repeat(LINE_CHARS_MAX + 1)}\nc`);
  await assert.rejects(read(file), { name: 'FileRefused', message: /^line 3 of b\.csv is longer than/ });
  await assert.rejects(read(temporaryFile(t, 'c.csv', 'x'.repeat(1_000_000))), /^FileRefused: line 1 /);
});
