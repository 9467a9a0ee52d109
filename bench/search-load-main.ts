/**
 * The search's load generator, a process of its own: an open loop of GETs. A request is due at its time whatever the server
 * does, waits while all connections are busy, and its latency counts from when it was due.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { HttpLine } from './http-line.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { searchCatalogue } from './search-catalogue.ts';
import type { SearchLoadLine, SearchLoadPlan, SearchSample } from './search-load-plan.ts';
import { type BenchQuery, benchQueries } from './search-queries.ts';

const TICK_MS = 1;
const LAST_ANSWERS_MS = 10_000;

const plan = JSON.parse(process.argv[2] ?? '') as SearchLoadPlan;
const say = (line: SearchLoadLine, done?: () => void): void =>
  void process.stdout.write(`${JSON.stringify(line)}\n`, done);

const nextQuery = benchQueries(searchCatalogue(plan.screenings, plan.startMs), plan.seed);
const lines = await Promise.all(Array.from({ length: plan.connections }, () => HttpLine.open(plan.host, plan.port)));
const idle = [...lines];
const latency = new LatencyHistogram();
const byKind = new Map<string, LatencyHistogram>();
const errors: Record<string, number> = {};
const asked = new Set<string>();
const samples: SearchSample[] = [];
let isMeasuring = false;
let answered = 0;
let underWay = 0;
let sent = 0;
let backlogMax = 0;

function ask(line: HttpLine, dueMs: number, query: BenchQuery): void {
  const isCounted = isMeasuring;
  const isSample = isCounted && sent % plan.sampleEvery === 0;
  const askedAtMs = Date.now();
  if (isCounted) asked.add(query.path);
  underWay++;
  line.get(query.path, isSample, (status, body) => {
    underWay--;
    if (!line.isBroken) idle.push(line);
    if (!isCounted) return;
    answered++;
    const tookMs = performance.now() - dueMs;
    latency.record(tookMs);
    const ofKind = byKind.get(query.kind) ?? new LatencyHistogram();
    byKind.set(query.kind, ofKind);
    ofKind.record(tookMs);
    if (status !== 200) errors[status] = (errors[status] ?? 0) + 1;
    if (isSample) samples.push({ query, askedAtMs, status, body: body?.toString() ?? '' });
  });
}

const startMs = performance.now();
const dueMsOf = (index: number): number => startMs + (index * 1_000) / plan.rate;
const pacer = setInterval(() => {
  const nowMs = performance.now();
  const due = Math.floor(((nowMs - startMs) * plan.rate) / 1_000);
  while (sent < due) {
    const line = idle.pop();
    if (line === undefined) break;
    ask(line, dueMsOf(sent), nextQuery());
    sent++;
  }
  if (isMeasuring) backlogMax = Math.max(backlogMax, due - sent);
}, TICK_MS);

await delay(plan.warmSeconds * 1_000);
isMeasuring = true;
say({ phase: 'measuring' });
const cpu = process.cpuUsage();
const measureMs = performance.now();
await delay(plan.seconds * 1_000);
const measuredSeconds = (performance.now() - measureMs) / 1_000;
clearInterval(pacer);
isMeasuring = false;
const { user, system } = process.cpuUsage(cpu);
say({ phase: 'ending' });
const untilMs = performance.now() + LAST_ANSWERS_MS;
while (underWay > 0 && performance.now() < untilMs) await delay(5);
for (const line of lines) line.close();
say(
  {
    result: {
      latency: latency.summary(),
      p99ByKind: Object.fromEntries([...byKind].map(([kind, one]) => [kind, one.percentile(0.99)])),
      measuredSeconds,
      answered,
      errors,
      unanswered: underWay,
      backlogMax,
      distinct: asked.size,
      generatorCores: (user + system) / 1e6 / measuredSeconds,
      samples,
    },
  },
  () => process.exit(0),
);
