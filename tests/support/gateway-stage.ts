/**
 * A gateway between sockets and a bus that are both in the test's hands. Frames are encoded and decoded by the protocol's own
 * client side, so that what a test sees is what a client sees.
 */
import assert from 'node:assert/strict';
import { Checkout } from '../../server/checkout.ts';
import { type Config, readConfig } from '../../server/config.ts';
import type { Connection } from '../../server/connection.ts';
import { ConnectionCount, createConnectionCounters } from '../../server/connection-count.ts';
import { Gateway } from '../../server/gateway.ts';
import type { Identity } from '../../server/identity.ts';
import { unchallengedPayments } from '../../server/payments/sandbox.ts';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { decodeServerFrame, type Received } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { PLAIN_OFFER } from '../../server/seat-prices.ts';
import { SeatWatch } from '../../server/seat-watch.ts';
import { SessionTokens } from '../../server/session-token.ts';
import type { SendResult, Socket, UpgradeAnswer, UpgradeRequest } from '../../server/socket/socket-port.ts';
import { createThreadCounters } from '../../server/thread-counters.ts';
import { watchFrames } from '../../server/watch-frames.ts';
import { HandBus } from './hand-bus.ts';
import { T0 } from './screening.ts';

export const PRICE_CENTS = 3_000;

export class GatewayStage {
  readonly bus = new HandBus();
  readonly counters = createThreadCounters();
  readonly tokens = new SessionTokens(new Uint8Array(32).fill(7));
  readonly watch = new SeatWatch(this.bus, watchFrames);
  readonly connections: ConnectionCount;
  readonly config: Config;
  readonly gateway: Gateway;
  /** Who is signed in, by the cookie of the handshake. */
  readonly signedIn = new Map<string, Identity>();
  /** What the gateway reported as bugs. */
  readonly errors: unknown[] = [];
  nowMs = T0;

  constructor(config: Partial<Config> = {}) {
    this.config = { ...readConfig({}), ...config };
    this.connections = new ConnectionCount(createConnectionCounters(), 'test', this.config.connectionsPerAddress);
    this.gateway = new Gateway({
      config: this.config,
      bus: this.bus,
      checkout: new Checkout({
        bus: this.bus,
        payments: unchallengedPayments,
        prices: () => Promise.resolve({ seatMap: 1, fullCents: () => PRICE_CENTS, offer: PLAIN_OFFER }),
        pricesAreOld: () => {},
        pricesAreDoubted: () => {},
        nowMs: () => this.nowMs,
        stepDeadlineMs: 5_000,
        log: () => {},
      }),
      watch: this.watch,
      tokens: this.tokens,
      connections: this.connections,
      counters: this.counters,
      seatsPerBuyerMax: 10,
      identify: (request) => this.signedIn.get(request.header('cookie') ?? '') ?? null,
      nowMs: () => this.nowMs,
      onError: (cause) => this.errors.push(cause),
    });
  }

  /** A handshake; `headers` by lower-case name. */
  upgrade(headers: Readonly<Record<string, string>> = {}, address = '203.0.113.7'): UpgradeAnswer<Connection> {
    const request: UpgradeRequest = {
      path: '/ws',
      query: '',
      remoteAddress: address,
      header: (name) => headers[name],
      protocols: [SUBPROTOCOL],
    };
    return this.gateway.upgrade(request);
  }

  /** A socket that has been opened, and has said nothing yet. */
  open(address?: string, headers: Readonly<Record<string, string>> = {}): FakeSocket {
    const answer = this.upgrade(headers, address);
    assert.ok(answer.accept, 'the handshake was refused');
    const socket = new FakeSocket(this.gateway, answer.context);
    this.gateway.open(socket);
    // Only for tests that end before the hello came: it must not keep their process.
    socket.context.helloTimer?.unref?.();
    return socket;
  }

  /** A socket that has been welcomed. */
  async greeted(token: string | null = null): Promise<FakeSocket> {
    const socket = this.open();
    socket.says({ op: ClientOp.hello, token, clientName: 'test' });
    await endOfTurn();
    assert.equal(socket.hears()[0]?.op, ServerOp.welcome);
    return socket;
  }
}

/** The socket layer's end of a connection, as socket-port.ts promises it: `close` is told once, and not from inside a call. */
export class FakeSocket implements Socket<Connection> {
  readonly context: Connection;
  readonly remoteAddress: string;
  /** What `send` will answer. With 'dropped' the socket is closed as a slow reader's. */
  sendResult: SendResult = 'sent';
  /** Every frame that was sent. */
  readonly frames: Uint8Array[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #gateway: Gateway;
  #read = 0;

  constructor(gateway: Gateway, context: Connection) {
    this.#gateway = gateway;
    this.context = context;
    this.remoteAddress = context.address;
  }

  send(frame: Uint8Array): SendResult {
    if (this.closed !== null) return 'dropped';
    if (this.sendResult === 'dropped') this.close(4003, 'slow reader');
    else this.frames.push(frame.slice());
    return this.sendResult;
  }

  bufferedBytes(): number {
    return 0;
  }

  close(code: number, reason: string): void {
    if (this.closed !== null) return;
    this.closed = { code, reason };
    queueMicrotask(() => this.#gateway.close(this, code));
  }

  /** The client says this, in one frame. */
  says(...requests: readonly ClientRequest[]): void {
    this.saysBytes(encodeClientFrame(requests));
  }

  saysBytes(bytes: Uint8Array, isBinary = true): void {
    const borrowed = Uint8Array.from(bytes);
    this.#gateway.message(this, borrowed, isBinary);
    // The socket layer takes its bytes back: whoever kept them reads nonsense.
    borrowed.fill(0xc1);
  }

  /** The client goes away. */
  hangsUp(): void {
    if (this.closed !== null) return;
    this.closed = { code: 1006, reason: '' };
    this.#gateway.close(this, 1006);
  }

  /** What the client has received since it looked last. */
  hears(): Received[] {
    return this.hearsFrames().flat();
  }

  /** The same, frame by frame. */
  hearsFrames(): Received[][] {
    const frames = this.frames.slice(this.#read);
    this.#read = this.frames.length;
    return frames.map((frame) => {
      const decoded = decodeServerFrame(frame);
      assert.ok(decoded.ok, `the client does not understand a frame: ${decoded.ok ? '' : decoded.text}`);
      return [...decoded.messages];
    });
  }
}

/** What was put off to the end of this turn has happened. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
