/**
 * Everybody else in front of a screening, a process of its own: those who watch it, and some who take seats and give them back
 * at a fixed rate. It runs until it is killed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { encodeClientFrame } from '../server/protocol/client-codec.ts';
import { ClientOp } from '../server/protocol/opcodes.ts';
import { clientFrame } from './command-frames.ts';
import { RawSocket } from './raw-socket.ts';
import type { ScreenChange, ScreenLoadLine, ScreenLoadPlan } from './screen-load-plan.ts';
import { SeatClient } from './seat-client.ts';
import { HOST } from './server-process.ts';

/** Each has one seat at a time; so many that one whose answer is late holds nobody up. */
const CHANGERS = 20;
const PING_MS = 10_000;
/** Connections that are opened at once. */
const OPENING = 50;
const HELLO = [0x91, 0x93, 1, 0xc0, 0xa5, ...Buffer.from('bench')];

const plan = JSON.parse(process.argv[2] ?? '') as ScreenLoadPlan;
const say = (line: ScreenLoadLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const nowMs = (): number => performance.timeOrigin + performance.now();

let [frames, closed] = [0, 0];

async function watcher(): Promise<RawSocket> {
  const socket = await RawSocket.open(HOST, plan.port, '/ws', 'poltrona.1', {
    frame: () => {
      frames++;
    },
    readDone() {},
    closed: () => {
      closed++;
    },
  });
  socket.write(clientFrame(Buffer.from(HELLO)));
  socket.write(
    clientFrame(encodeClientFrame([{ op: ClientOp.watch, screening: plan.screening, epoch: 0, version: 0 }])),
  );
  return socket;
}

const watchers: RawSocket[] = [];
while (watchers.length < plan.watchers) {
  const some = Math.min(OPENING, plan.watchers - watchers.length);
  watchers.push(...(await Promise.all(Array.from({ length: some }, watcher))));
}
const ping = clientFrame(encodeClientFrame([{ op: ClientOp.ping, nonce: 0 }]));
setInterval(() => {
  for (const socket of watchers) socket.write(Buffer.from(ping));
}, PING_MS);

/** A changer with the hold that it has. */
interface Changer {
  readonly client: SeatClient;
  hold: number;
  seat: number;
}

const idle: Changer[] = [];
for (let rank = 0; rank < CHANGERS; rank++) {
  idle.push({ client: await SeatClient.open(plan.port), hold: 0, seat: rank });
}
let changes: ScreenChange[] = [];
let [refused, waited, due] = [0, 0, 0];

async function change(changer: Changer): Promise<void> {
  const sentMs = nowMs();
  const { client, hold } = changer;
  if (hold === 0) changer.seat = (changer.seat + CHANGERS * 7) % plan.seats;
  const answer = await (hold === 0 ? client.hold(plan.screening, changer.seat) : client.release(plan.screening, hold));
  if (answer.code === 0) changes.push([answer.version, sentMs, nowMs()]);
  else refused++;
  changer.hold = hold === 0 && answer.code === 0 ? answer.hold : 0;
  idle.push(changer);
}

setInterval(() => {
  say({ is: 'second', changes, refused, waited, frames, closed });
  changes = [];
  [refused, waited, frames] = [0, 0, 0];
}, 1_000);
say({ is: 'ready' });
const startMs = performance.now();
for (;;) {
  await delay(2);
  for (const all = ((performance.now() - startMs) * plan.rate) / 1_000; due < all; due++) {
    const changer = idle.shift();
    if (changer === undefined) waited++;
    else void change(changer);
  }
}
