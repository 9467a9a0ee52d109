import assert from 'node:assert/strict';
import { test } from 'node:test';
import { about, createLog } from './log.ts';

/** A log that keeps its lines, parsed. */
function listeningLog(thread?: number) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const options = thread === undefined ? { level: 'info' } : { level: 'info', thread };
  return { lines, log: createLog(options, destination) };
}

test('a line is one JSON object with time, level, thread and text', () => {
  const { lines, log } = listeningLog(3);
  log.info({ port: 8080 }, 'ready');
  assert.equal(lines.length, 1);
  const { time, ...rest } = lines[0]!;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(rest, { level: 'info', pid: process.pid, thread: 3, port: 8080, msg: 'ready' });
});

test('a line about a command names request id, screening and version', () => {
  const { lines, log } = listeningLog();
  log.warn(about({ requestId: 'r-1', screening: 7, version: 12 }, { seats: 3 }), 'refused');
  const { requestId, screening, version, seats } = lines[0]!;
  assert.deepEqual({ requestId, screening, version, seats }, { requestId: 'r-1', screening: 7, version: 12, seats: 3 });
  assert.deepEqual(about({ screening: 7, version: undefined }), { screening: 7 });
});

test('[I8] tokens, CPF and e-mail addresses are blanked, one level down too', () => {
  const { lines, log } = listeningLog();
  log.info(
    { token: 'abc', cpf: '123', buyer: { email: 'a@b.example', id: 'b1' }, headers: { authorization: 'x' } },
    'hello',
  );
  log.child({ cpf: '123' }).info('child');
  const text = JSON.stringify(lines);
  for (const secret of ['abc', '"123"', 'a@b.example', '"x"']) assert.ok(!text.includes(secret), secret);
  assert.deepEqual(lines[0]!['buyer'], { email: '[hidden]', id: 'b1' });
});

test('[I8] an error keeps its code and causes, not the rows that the database quotes', () => {
  const { lines, log } = listeningLog();
  const database = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (cpf)=(39053344705) exists',
    where: 'COPY facts, line 3: "39053344705"',
  });
  log.error({ err: new Error('commit failed', { cause: database }) }, 'commit failed');
  const error = lines[0]!['err'] as { message: string; stack: string; cause: Record<string, unknown> };
  assert.equal(error.message, 'commit failed');
  assert.equal(error.cause['code'], '23505');
  assert.ok(!JSON.stringify(lines).includes('39053344705'));
});

test('below the level nothing is written, and an unknown level is an error', () => {
  const { lines, log } = listeningLog();
  log.debug('quiet');
  assert.equal(lines.length, 0);
  assert.throws(() => createLog({ level: 'loud' }));
});
