/**
 * The buyers of `paid`, a process of their own: an open loop of whole purchases. Each is due at its time whatever the server does, and
 * its time counts from then until its buyer hears "sold": with a card one message, at PayPal the question, the window and the
 * message again. The seat is held a second before.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { encodeClientFrame } from '../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../server/protocol/client-messages.ts';
import { ServerOp } from '../server/protocol/opcodes.ts';
import { OutcomeCode } from '../server/protocol/outcome-code.ts';
import { type Answer, decodeServerFrame } from '../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../server/protocol/version.ts';
import { Opcode, RawWebSocket } from '../server/socket/raw-websocket.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { PaidLoadLine, PaidLoadPlan } from './paid-load-plan.ts';

const TICK_MS = 1;
const HOLD_AHEAD_MS = 1_000;
const LAST_ANSWERS_MS = 30_000;
/** Who hears "nobody knows" says it again: after so long, then after twice as long, and so on. */
const AGAIN_FIRST_MS = 100;
const AGAIN_LAST_MS = 3_200;
const AGAIN_MAX = 30;
const NOBODY_KNOWS: ReadonlySet<number> = new Set([OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired]);

type Command = Extract<ClientRequest, { readonly requestId: string }>;

/** One buyer's connection. */
class Line {
  readonly #socket: RawWebSocket;
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  private constructor(socket: RawWebSocket) {
    this.#socket = socket;
    this.#read().catch((cause: Error) => count(cause));
  }

  static async open(port: number, cookie: string): Promise<Line> {
    const headers = { 'Sec-WebSocket-Protocol': SUBPROTOCOL, Cookie: `__Host-poltrona=${cookie}` };
    const socket = await RawWebSocket.open(port, headers);
    socket.send(encodeClientFrame([{ op: ClientOp.hello, token: null, clientName: 'bench' }]));
    // The welcome: before it nobody is anybody.
    await socket.next();
    return new Line(socket);
  }

  ask(request: Command): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.set(request.requestId, resolve);
      this.#socket.send(encodeClientFrame([request]));
    });
  }

  close(): void {
    this.#socket.connection.socket.destroy();
  }

  async #read(): Promise<void> {
    for (;;) {
      // Whoever has nothing to hear for a while goes on listening.
      const frame = await this.#socket.next().catch(() => undefined);
      if (frame === undefined) continue;
      if (frame === null || frame.opcode === Opcode.close) return;
      if (frame.opcode !== Opcode.binary) continue;
      const decoded = decodeServerFrame(frame.payload);
      if (!decoded.ok) throw new Error('the server sent what the protocol does not know');
      for (const message of decoded.messages) {
        if (message.op !== ServerOp.answer) continue;
        this.#waiting.get(message.requestId)?.(message);
        this.#waiting.delete(message.requestId);
      }
    }
  }
}

const plan = JSON.parse(process.argv[2] ?? '') as PaidLoadPlan;
const say = (line: PaidLoadLine, done?: () => void): void =>
  void process.stdout.write(`${JSON.stringify(line)}\n`, done);
const lines = await Promise.all(plan.guests.map((cookie) => Line.open(plan.port, cookie)));
const latency = new LatencyHistogram();
const failed: Record<string, number> = {};
let isMeasuring = false;
let [sold, repeated, underWay, underWayMax] = [0, 0, 0, 0];

function count({ message }: Error): void {
  failed[message] = (failed[message] ?? 0) + 1;
}

async function purchase(index: number, dueMs: number): Promise<void> {
  const line = lines[index % lines.length]!;
  const screening = plan.firstScreening + Math.floor(index / plan.seats);
  const seat = index % plan.seats;
  const held = await line.ask({
    ...{ op: ClientOp.hold, requestId: `hold-of-the-bench-${index}`, screening, seats: [seat], hold: 0 },
  });
  if (held.body.kind !== 'held') throw new Error(`hold ${held.code}`);
  await delay(Math.max(0, dueMs - performance.now()));
  const isCounted = isMeasuring;
  const buy: Command = {
    ...{ op: ClientOp.buy, requestId: `purchase-of-the-bench-${index}`, screening, hold: held.body.hold },
    ...{ seats: [[seat, 1] as const], method: plan.method, detail: `ctoken_ok_${index}` },
  };
  for (let again = 0; again < AGAIN_MAX; again++) {
    const { code, body } = await line.ask(buy);
    if (body.kind === 'sold') {
      sold++;
      if (isCounted) latency.record(performance.now() - dueMs);
      return;
    }
    if (code === OutcomeCode.authenticationNeeded && body.kind === 'refused') await agree(index, body.order ?? '');
    else if (NOBODY_KNOWS.has(code)) {
      repeated++;
      await delay(Math.min(AGAIN_FIRST_MS * 2 ** again, AGAIN_LAST_MS));
    } else throw new Error(`buy ${code}`);
  }
  throw new Error('never sold');
}

/** What the page and the buyer do when PayPal wants him. */
async function agree(index: number, order: string): Promise<void> {
  const response = await fetch(`http://${plan.host}:${plan.port}/api/orders/${order}/payment`, {
    headers: { cookie: `__Host-poltrona=${plan.guests[index % lines.length]}`, origin: plan.origin },
  });
  // Busy: the page asks again, and so does the purchase.
  if (!response.ok) return void repeated++;
  const { action } = (await response.json()) as { action: { order: string } | null };
  if (action === null) return;
  const agreed = await fetch(`${plan.payPalUrl}/checkoutnow/${action.order}/pay`, { method: 'POST' });
  if (!agreed.ok) throw new Error(`window ${agreed.status}`);
}

const startMs = performance.now() + HOLD_AHEAD_MS;
let begun = 0;
const pacer = setInterval(() => {
  const due = Math.floor(((performance.now() + HOLD_AHEAD_MS - startMs) * plan.rate) / 1_000);
  for (; begun < due; begun++) {
    underWay++;
    underWayMax = Math.max(underWayMax, underWay);
    purchase(begun, startMs + (begun * 1_000) / plan.rate)
      .catch((cause: Error) => count(cause))
      .finally(() => underWay--);
  }
}, TICK_MS);

await delay(HOLD_AHEAD_MS + plan.warmSeconds * 1_000);
isMeasuring = true;
say({ phase: 'measuring' });
const cpu = process.cpuUsage();
const measureMs = performance.now();
await delay(plan.seconds * 1_000);
const measuredSeconds = (performance.now() - measureMs) / 1_000;
isMeasuring = false;
clearInterval(pacer);
const { user, system } = process.cpuUsage(cpu);
say({ phase: 'ending' });
const untilMs = performance.now() + LAST_ANSWERS_MS;
while (underWay > 0 && performance.now() < untilMs) await delay(5);
if (underWay > 0) failed['unanswered'] = underWay;
for (const line of lines) line.close();
const generatorCores = (user + system) / 1e6 / measuredSeconds;
say(
  { result: { latency: latency.summary(), measuredSeconds, sold, repeated, failed, underWayMax, generatorCores } },
  () => process.exit(0),
);
