/**
 * `recover`: how a server comes up, and what it costs to keep: start with an empty folder and with many screenings,
 * the first command to a screening with a long past, memory of screenings and of idle connections, and the way back
 * after kill -9. The server runs as `npm start` runs it, with an embedded PostgreSQL of its own.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { benchFolder, removeFolder } from './bench-folder.ts';
import { audit } from './engine-load.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { preparePast, withEmbedded } from './past.ts';
import { type Reporter, round } from './result.ts';
import { SeatClient } from './seat-client.ts';
import { ServerProcess } from './server-process.ts';

/** A seat that the prepared past leaves free. */
const FREE_SEAT = 195;
const FREE_SEATS = 5;
const CLIENTS = 32;
/** Time for the garbage of a burst to be collected as far as the server does that by itself, milliseconds. */
const SETTLE_MS = 2_000;
const MEGABYTE = 2 ** 20;

export async function runRecover(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const folder = benchFolder('server');
  const screenings = options.smoke ? 100 : 10_000;
  const deep = options.smoke ? 1 : 5;
  const deepFacts = options.smoke ? 500 : 10_000;
  const connections = options.smoke ? 50 : 5_000;
  const start = (): Promise<ServerProcess> => ServerProcess.start({ database: { folder }, threads: options.threads });
  let server: ServerProcess | null = null;
  try {
    const figures: Record<string, unknown> = {};
    reporter.progress('recover: first start');
    server = await start();
    figures['first_start_ready_ms'] = round(server.readyMs);
    await server.stop();

    reporter.progress(`recover: writing the past of ${screenings} screenings`);
    const past = await preparePast(folder, { screenings, deep, deepFacts });

    reporter.progress('recover: start and first touches');
    server = await start();
    figures['start_screenings'] = screenings;
    figures['start_ready_ms'] = round(server.readyMs);
    figures['touch_facts'] = deepFacts;
    figures['first_touch_shallow_ms'] = round(await touch(server, past.firstScreening, deep));
    figures['first_touch_ms'] = round(await touch(server, past.firstDeep, deep));
    figures['snapshots'] = await stopAndCountSnapshots(server, folder);
    server = await start();
    figures['first_touch_shallow_again_ms'] = round(await touch(server, past.firstScreening, deep));
    figures['first_touch_with_snapshot_ms'] = round(await touch(server, past.firstDeep, deep));

    reporter.progress('recover: memory');
    figures['idle_connections'] = connections;
    figures['idle_connection_bytes'] = await idleConnectionBytes(server, connections);
    await server.stop();
    for (const [name, first] of [
      ['loaded_screenings', past.firstUntouched],
      ['loaded_screenings_with_past', past.firstScreening],
    ] as const) {
      server = await start();
      const { base, resident, heap } = await loadedMegabytes(server, first, screenings);
      figures['base_mb'] = round(base);
      figures[`${name}_mb`] = round(resident);
      figures[`${name}_heap_mb`] = round(heap);
      if (name === 'loaded_screenings') await server.stop();
    }

    reporter.progress('recover: kill -9');
    const before = await SeatClient.open(server.port);
    await before.hold(past.firstScreening, FREE_SEAT + 1);
    await server.kill();
    const restartedMs = performance.now();
    server = await start();
    const { code } = await (await SeatClient.open(server.port)).hold(past.firstScreening, FREE_SEAT + 2);
    figures['killed_selling_again_ms'] = round(performance.now() - restartedMs);
    const exitCode = await server.stop();
    server = null;

    reporter.progress('recover: audit');
    const { verdict, configuration } = await withEmbedded(folder, async (config, client) => ({
      verdict: await audit(config),
      configuration: await configurationOf(options, client),
    }));
    const wrong =
      code !== 0 ? `after the restart a free seat was refused with ${code}` : `the server ended with ${exitCode}`;
    const isClean = verdict === 'ok' && code === 0 && exitCode === 0;
    reporter.result({
      bench: 'recover',
      part: 'start, first touch, memory, kill -9',
      ...figures,
      audit: isClean ? 'ok' : verdict !== 'ok' ? verdict : wrong,
      configuration,
    });
    return isClean;
  } finally {
    await server?.kill();
    // A server that was killed leaves its PostgreSQL: adopt it, to stop it.
    await withEmbedded(folder, async () => {}).catch(() => {});
    removeFolder(folder);
  }
}

/** Milliseconds of the first command to each of `count` sleeping screenings, the median. */
async function touch(server: ServerProcess, first: number, count: number): Promise<number> {
  const client = await SeatClient.open(server.port);
  const latencies: number[] = [];
  for (let screening = first; screening < first + count; screening++) {
    const answer = await client.hold(screening, FREE_SEAT);
    if (answer.code !== 0) throw new Error(`the first touch of screening ${screening} was refused with ${answer.code}`);
    latencies.push(answer.latencyMs);
    await client.release(screening, answer.hold);
  }
  client.close();
  return latencies.sort((a, b) => a - b)[count >> 1] ?? 0;
}

async function stopAndCountSnapshots(server: ServerProcess, folder: string): Promise<number> {
  await server.stop();
  return withEmbedded(folder, async (_, client) => {
    const { rows } = await client.query<{ count: string }>('select count(*) from snapshots');
    return Number(rows[0]?.count ?? 0);
  });
}

/** Growth of the resident memory for each idle connection, bytes. */
async function idleConnectionBytes(server: ServerProcess, connections: number): Promise<number> {
  const idle: SeatClient[] = [];
  // The first connections pay for code and tables that all others share.
  for (let i = 0; i < connections / 10; i++) idle.push(await SeatClient.open(server.port));
  await delay(SETTLE_MS);
  const withFew = server.residentBytes();
  for (let i = 0; i < connections; i++) idle.push(await SeatClient.open(server.port));
  await delay(SETTLE_MS);
  const withMany = server.residentBytes();
  for (const client of idle) client.close();
  return Math.round((withMany - withFew) / connections);
}

/**
 * Growth of the memory of a freshly started server when each screening gets one hold, MB: resident (garbage included: what a machine
 * needs, not what the objects weigh), and V8's heap.
 */
async function loadedMegabytes(
  server: ServerProcess,
  first: number,
  screenings: number,
): Promise<{ base: number; resident: number; heap: number }> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => SeatClient.open(server.port)));
  const before = await server.metrics();
  await delay(SETTLE_MS);
  const base = server.residentBytes();
  await Promise.all(
    clients.map(async (client, index) => {
      for (let screening = first + index; screening < first + screenings; screening += CLIENTS) {
        const { code } = await client.hold(screening, FREE_SEAT + FREE_SEATS - 1);
        if (code !== 0) throw new Error(`screening ${screening} refused a free seat with ${code}`);
      }
    }),
  );
  await delay(SETTLE_MS);
  const after = await server.metrics();
  const resident = server.residentBytes();
  for (const client of clients) client.close();
  const loaded = (after.get('poltrona_actors_loaded') ?? 0) - (before.get('poltrona_actors_loaded') ?? 0);
  if (loaded < screenings) throw new Error(`only ${loaded} screenings are loaded`);
  const heap = (after.get('poltrona_heap_used_bytes') ?? 0) - (before.get('poltrona_heap_used_bytes') ?? 0);
  return { base: base / MEGABYTE, resident: (resident - base) / MEGABYTE, heap: heap / MEGABYTE };
}
