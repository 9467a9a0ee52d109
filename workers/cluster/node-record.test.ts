import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newNodeId, nodeName } from './node-names.ts';
import { isNodeId, NO_LOAD, type NodeRecord, RECORD_VERSION, readRecord, writeRecord } from './node-record.ts';

const record: NodeRecord = {
  version: RECORD_VERSION,
  node: 'ana-0a1b2c',
  name: 'ana',
  build: '1.2.3',
  state: 'up',
  threads: 4,
  leaseMs: 3_000,
  startedMs: 1_700_000_000_000,
  clockMs: 12_345.678,
  load: { ...NO_LOAD, connections: 7, cpu: 0.5 },
  claims: [
    { shard: 0, thread: 3, epoch: 1, sinceMs: 1_700_000_000_001 },
    { shard: 255, thread: 0, epoch: 4_000, sinceMs: 1_700_000_000_002 },
  ],
};

test('[LE4] a record is read as it was written', () => {
  assert.deepEqual(readRecord(writeRecord(record)), record);
});

test('[LE4] a newer build may say more, anywhere', () => {
  const raw = JSON.parse(writeRecord(record)) as { claims: unknown[][]; load: object };
  const newer = {
    ...raw,
    v: 99,
    zone: 'b',
    load: { ...raw.load, memory: 1 },
    claims: raw.claims.map((claim) => [...claim, 'more']),
  };
  assert.deepEqual(readRecord(JSON.stringify(newer)), { ...record, version: 99 });
});

test('[LE4] a state that is not known gets nothing; what is only for people may be missing', () => {
  const { name: _, build: __, load: ___, startedMs: ____, ...rest } = JSON.parse(writeRecord(record));
  const read = readRecord(JSON.stringify({ ...rest, state: 'hibernating' }));
  assert.deepEqual([read?.state, read?.name, read?.build, read?.load], ['draining', 'ana-0a1b2c', '?', NO_LOAD]);
});

test('[LE4] what is no record is none', () => {
  const raw = JSON.parse(writeRecord(record)) as object;
  const broken = [
    { v: 0 },
    { node: 'a.b' },
    { node: '' },
    { threads: 0 },
    { leaseMs: 0 },
    { clockMs: -1 },
    { clockMs: '1' },
    { claims: null },
    { claims: [[256, 0, 1, 0]] },
    { claims: [[1, 0, 0, 0]] },
    { claims: [[1, 0, 1.5, 0]] },
    { claims: ['1'] },
    { claims: Array.from({ length: 257 }, () => [1, 0, 1, 0]) },
  ];
  for (const change of broken) assert.equal(readRecord(JSON.stringify({ ...raw, ...change })), null);
  for (const text of ['', 'null', '[]', '7', '{', '"x"']) assert.equal(readRecord(text), null);
});

test('[LE4] no text makes reading throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      readRecord(text);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('[LE5] ids are fit for subjects, and another one each time', () => {
  assert.equal(nodeName('my.host:8080'), 'my-host-8080');
  assert.equal(nodeName(' … '), 'node');
  const [one, other] = [newNodeId('São Paulo 1'), newNodeId('São Paulo 1')];
  assert.ok(isNodeId(one), one);
  assert.match(one, /^S-o-Paulo-1-[0-9a-z]{6}$/);
  assert.notEqual(one, other);
  assert.ok(newNodeId('x'.repeat(500)).length < 100);
});
