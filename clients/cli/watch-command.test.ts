import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { FakeGateway } from '../../tests/support/fake-gateway.ts';
import { type Heard, heardPorts } from '../../tests/support/heard-ports.ts';
import { StandInApi } from '../../tests/support/stand-in-api.ts';
import type { CliPorts } from './ports.ts';
import { runProgram } from './program.ts';

const SEATS = Array.from({ length: 6 }, (_, index) => [
  Math.floor(index / 3),
  index % 3,
  0,
  `${'AB'[Math.floor(index / 3)]}${(index % 3) + 1}`,
]);

interface Stage {
  readonly gateway: FakeGateway;
  readonly api: StandInApi;
  readonly heard: Heard;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Until `count` lines are on stdout. */
  lines(count: number): Promise<readonly string[]>;
}

async function watch(
  t: TestContext,
  words: readonly string[],
  changes: Partial<CliPorts> = {},
  revenue: number | null = null,
): Promise<Stage> {
  const gateway = FakeGateway.inMemory(SEATS.length);
  const screening = {
    id: 1,
    seatMap: 8,
    film: { title: 'Filme' },
    rows: ['A', 'B'],
    seats: SEATS,
    revenueCents: revenue,
    currency: 'BRL',
  };
  const api = await StandInApi.start(t, { 'GET /api/admin/screenings/{screening}': { body: { screening } } });
  const sockets = new WebSocketServer({ noServer: true });
  api.onUpgrade((request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) => gateway.connected(webSocket)),
  );
  t.after(() => gateway.stop());
  const heard = heardPorts({ environment: api.environment, pause: neverUntilAborted, ...changes });
  const wakes = new Set<() => void>();
  const ports: CliPorts = {
    ...heard.ports,
    out: (text) => {
      heard.ports.out(text);
      for (const wake of wakes) wake();
    },
  };
  const ended = runProgram(['watch', '1', ...words], ports);
  const lines = async (count: number): Promise<readonly string[]> => {
    while (heard.out.length < count) await new Promise<void>((resolve) => wakes.add(resolve));
    return heard.out;
  };
  return { gateway, api, heard, ended, lines };
}

function neverUntilAborted(_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) =>
    signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true }),
  );
}

test('[CM10] watch tells each change as a line, with the seats by name and the sums, until Ctrl-C', async (t) => {
  const { gateway, ended, lines, heard } = await watch(t, []);
  await lines(1);
  gateway.broadcast(gateway.screening.change([0, 4], 1));
  await lines(2);
  gateway.broadcast(gateway.screening.change([0], 2));
  const out = await lines(3);
  assert.match(out[0] ?? '', /^\d\d:\d\d:\d\dZ {2}free 6, held 0, sold 0, blocked 0; sales open$/);
  assert.match(out[1] ?? '', /^\d\d:\d\d:\d\dZ {2}held A1 B2 {3}free 4, held 2, sold 0, blocked 0$/);
  assert.match(out[2] ?? '', /sold A1 {3}free 4, held 1, sold 1, blocked 0$/);
  assert.ok(
    heard.errors.some((line) => /connected/.test(line)),
    heard.errors.join('\n'),
  );
  process.emit('SIGINT');
  assert.equal(await ended, 0);
});

test('[CM10] watch --json is one object to a line, the last one says why it ended', async (t) => {
  const { gateway, ended, lines, heard } = await watch(t, ['--json', '--until-sold']);
  const until = async (kind: string): Promise<void> => {
    for (let count = 1; !heard.out.some((line) => line.includes(`"is":"${kind}"`)); count++) await lines(count);
  };
  await until('snapshot');
  gateway.broadcast(gateway.screening.change([0, 1, 2, 3, 4], 2));
  await until('changed');
  gateway.broadcast(gateway.screening.change([5], 3));
  assert.equal(await ended, 0);
  const events = heard.out.map((line) => JSON.parse(line) as { is: string; seats?: unknown[]; why?: string });
  assert.deepEqual(
    events.filter(({ is }) => is !== 'connection').map(({ is }) => is),
    ['snapshot', 'changed', 'changed', 'end'],
  );
  assert.equal(events.at(-1)?.why, 'sold-out');
  assert.deepEqual(events.find(({ is }) => is === 'changed')?.seats?.[0], { label: 'A1', from: 'free', to: 'sold' });
});

test('[CM10] on a terminal the room is drawn in place, and its last picture stays', async (t) => {
  const { ended, heard } = await watch(
    t,
    ['--for', '5'],
    {
      columns: 60,
      rows: 24,
      // The five seconds are over as soon as the room has been told.
      pause: (_ms, signal) =>
        signal === undefined ? Promise.resolve() : until(() => heard.drawn.some((text) => text.includes('live'))),
    },
    124_000,
  );
  assert.equal(await ended, 0);
  assert.ok(heard.drawn[0]?.includes('\u001b[?1049h') && heard.drawn.at(-1)?.includes('\u001b[?1049l'));
  assert.ok(heard.drawn.some((text) => text.startsWith('\u001b[H') && text.includes('A  ○ ○ ○  A')));
  assert.match(
    heard.out.join('\n'),
    /film +Filme\n(.*\n)+A {2}○ ○ ○ {2}A\n.*\n\n.*free.*\n6 seats: 6 free, .*\nsales open, none sold since we watch; R\$ 1\.240,00 in all/,
  );
});

test('[CM10] a broken line is told, and everything is asked for anew', async (t) => {
  const { gateway, ended, lines, heard } = await watch(t, []);
  await lines(1);
  gateway.cutAll();
  gateway.screening.change([3], 2);
  const out = await lines(2);
  assert.match(out[1] ?? '', /sold B1 {3}free 5/);
  assert.match(heard.errors.join('\n'), /the connection is lost/);
  process.emit('SIGINT');
  assert.equal(await ended, 0);
});

test('[CM10] a layout that was changed is fetched anew before seats are named by it', async (t) => {
  const { gateway, api, ended, lines } = await watch(t, []);
  await lines(1);
  const before = api.asked.length;
  gateway.screening.seatMap = 9;
  api.answer('GET /api/admin/screenings/{screening}', {
    body: {
      screening: { id: 1, seatMap: 9, rows: ['Z'], seats: SEATS.map((_, index) => [0, index, 0, `Z${index + 1}`]) },
    },
  });
  gateway.cutAll();
  await lines(2);
  assert.equal(api.asked.length, before + 1);
  gateway.broadcast(gateway.screening.change([5], 2));
  const out = await lines(3);
  assert.match(out[2] ?? '', /sold Z6/);
  process.emit('SIGINT');
  await ended;
});

test('[CM10] a screening that cannot be watched is exit code 1, a server that is not understood 2', async (t) => {
  const gone = await watch(t, []);
  gone.gateway.screenings.clear();
  assert.equal(await gone.ended, 1);
  assert.match(gone.heard.errors.at(-1) ?? '', /cannot be watched/);
  const strange = await watch(t, []);
  await strange.lines(1);
  strange.gateway.closeAll(CloseCode.protocolError, 'what?');
  assert.equal(await strange.ended, 2);
  assert.match(strange.heard.errors.at(-1) ?? '', /do not understand each other/);
});

/** Looked at whenever the loop comes round; for what tells nobody. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
