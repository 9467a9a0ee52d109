import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Packr } from 'msgpackr';
import { WebSocketServer } from 'ws';
import { LoadDriver } from './load-driver.ts';
import type { LoadPlan } from './load-plan.ts';

const packr = new Packr({ useRecords: false });

/** A gateway that keeps the seats in a map and remembers whatever it had to refuse. */
async function fakeGateway(t: TestContext) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const seats = new Map<string, { buyer: number; hold: number }>();
  const commands = new Map<string, { screening: number; version: number }>();
  const faults: string[] = [];
  const framesOf: number[] = [];
  let version = 300;
  let buyers = 0;
  server.on('connection', (socket) => {
    const buyer = ++buyers;
    const answer = (message: unknown[]): unknown[] => {
      const [op, requestId, screening, third, fourth] = message as [number, string, number, unknown, unknown];
      if (op === 1) return [101, 1, `buyer${buyer}`, 'token', 'fake', [65_536, 0, 64, 10, 30]];
      if (commands.has(requestId)) faults.push(`${requestId} twice`);
      version++;
      commands.set(requestId, { screening, version });
      if (op === 4) {
        const [seat = -1] = third as number[];
        const key = `${screening}/${seat}`;
        const others = [...seats].filter(([name, held]) => name.startsWith(`${screening}/`) && held.buyer === buyer);
        if (others.length >= 10) faults.push(`buyer ${buyer} has ${others.length} seats in ${screening}`);
        if (seats.has(key)) {
          faults.push(`${key} is held`);
          return [104, requestId, 57, version, [seat]];
        }
        seats.set(key, { buyer, hold: version });
        return [104, requestId, 0, version, version, [seat], 480_000.5];
      }
      assert.equal(op, 5);
      assert.deepEqual(fourth, []);
      const found = [...seats].find(([, held]) => held.hold === third);
      if (found === undefined) {
        faults.push(`hold ${third} is unknown`);
        return [104, requestId, 45, version, []];
      }
      seats.delete(found[0]);
      return [104, requestId, 0, version, third, [Number(found[0].split('/')[1])]];
    };
    socket.on('message', (frame: Buffer) => {
      const messages = packr.unpack(frame) as unknown[][];
      framesOf.push(messages.length);
      // Two frames for the answers of one, and a delta that nobody asked for in between.
      const answers = messages.map(answer);
      socket.send(packr.pack([...answers.slice(0, 1), [103, 1, 2, 3, 4, true, Buffer.alloc(300)]]));
      if (answers.length > 1) socket.send(packr.pack(answers.slice(1)));
    });
  });
  return { port: (server.address() as AddressInfo).port, seats, commands, faults, framesOf };
}

const plan: LoadPlan = {
  host: '127.0.0.1',
  port: 0,
  connections: 5,
  mode: 'closed',
  inFlight: 8,
  ratePerSecond: 0,
  frameCommands: 1,
  firstScreening: 70_000,
  screenings: 3,
  seats: 40,
  warmSeconds: 0.05,
  seconds: 0.2,
  historyEvery: 1,
  historyFile: null,
};

for (const [name, change] of [
  ['closed loop', {}],
  ['closed loop, several commands to a frame', { frameCommands: 3 }],
  ['closed loop, frames with a long header', { frameCommands: 20, inFlight: 20 }],
  ['open loop', { mode: 'open', ratePerSecond: 2_000, inFlight: 64 }],
] as const) {
  test(`${name}: every command changes a seat, nothing is wanted twice, and all seats are given back`, async (t) => {
    const gateway = await fakeGateway(t);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-load-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const historyFile = path.join(folder, 'history.jsonl');
    const result = await new LoadDriver({ ...plan, ...change, port: gateway.port, historyFile }).run();
    assert.deepEqual(gateway.faults, []);
    assert.deepEqual(result.errors, []);
    assert.deepEqual(result.refused, {});
    assert.equal(result.unanswered, 0);
    assert.equal(gateway.seats.size, 0);
    assert.equal(result.acked, gateway.commands.size);
    assert.ok(result.accepted > 0);
    assert.equal(result.latency.count, result.accepted);
    if ('frameCommands' in change) assert.ok(gateway.framesOf.includes(change.frameCommands));
    const lines = readFileSync(historyFile, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, result.acked);
    for (const line of lines) {
      const { requestId, screening, version } = JSON.parse(line);
      assert.deepEqual(gateway.commands.get(requestId), { screening, version });
    }
  });
}
