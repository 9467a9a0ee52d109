/**
 * The gateway of one thread: sockets in, commands out, answers and seat maps back. It decides nothing about seats.
 * Every message is decoded, checked and copied in the turn in which it arrives (the bytes are borrowed), and is
 * either answered, refused or on its way to the owner before the next one is looked at.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HoldCommand, ReleaseCommand } from '../actors/seat-command.ts';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import type { ActorMessage, Bus } from '../workers/bus.ts';
import type { Checkout, PurchaseRequest } from './checkout.ts';
import { clientAddress, type TrustedProxies, trustedProxies } from './client-address.ts';
import type { Config } from './config.ts';
import { COMMANDS_UNDER_WAY_MAX, Connection, type ConnectionHost } from './connection.ts';
import type { ConnectionCount } from './connection-count.ts';
import type { Identity } from './identity.ts';
import { MessageRate } from './message-rate.ts';
import { originIsAllowed } from './origin.ts';
import {
  type ClientMessage,
  decodeClientFrame,
  type HoldMessage,
  type ReleaseMessage,
} from './protocol/client-messages.ts';
import { FRAME_BYTES_MAX, HELLO_DEADLINE_MS, MESSAGES_PER_FRAME_MAX } from './protocol/limits.ts';
import { ClientOp, ServerOp } from './protocol/opcodes.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL } from './protocol/version.ts';
import { methodNamed } from './purchase-method.ts';
import type { WantedSeat } from './seat-prices.ts';
import type { SeatWatch } from './seat-watch.ts';
import type { SessionTokens } from './session-token.ts';
import {
  CloseCode,
  type Socket,
  type SocketHandlers,
  type UpgradeAnswer,
  type UpgradeRequest,
} from './socket/socket-port.ts';
import type { ThreadCounters } from './thread-counters.ts';

/** Between two requests to keep a quiet connection alive. */
const PING_SECONDS = 30;
/** A visitor looks at one seat map, a box office at a dozen. */
const WATCHES_MAX = 32;
const SEND_AWAY_SLICE_MS = 50;
/** How long a command may take before it is not executed any more, milliseconds. */
export const COMMAND_DEADLINE_MS = 5_000;

export interface GatewayPorts {
  readonly config: Config;
  readonly bus: Bus;
  readonly checkout: Checkout;
  readonly watch: SeatWatch;
  readonly tokens: SessionTokens;
  readonly connections: ConnectionCount;
  readonly counters: ThreadCounters;
  readonly seatsPerBuyerMax: number;
  /** Who signed in on the page that opens this connection; null: nobody. Absent where there are no accounts. */
  identify?(request: UpgradeRequest): Identity | null;
  nowMs(): number;
  onError(cause: unknown): void;
}

export class Gateway implements ConnectionHost, SocketHandlers<Connection> {
  readonly #ports: GatewayPorts;
  readonly #proxies: TrustedProxies;
  #dirty: Connection[] = [];
  #isFlushScheduled = false;
  #isClosing = false;
  #isSendingAway = false;
  readonly #open = new Set<Connection>();
  /** Of all connections, the closed ones included: what a drain has to wait for. */
  commandsUnderWay = 0;

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    this.#proxies = trustedProxies(ports.config.trustedProxies);
  }

  // ---- sockets -----------------------------------------------------------------------------------------------------

  upgrade(request: UpgradeRequest): UpgradeAnswer<Connection> {
    const { config, connections } = this.#ports;
    if (this.#isClosing || this.#isSendingAway) {
      return { accept: false, status: 503, body: 'The server is restarting; try again.\n' };
    }
    if (!request.protocols.includes(SUBPROTOCOL)) {
      return { accept: false, status: 400, body: `Offer the subprotocol ${SUBPROTOCOL}.\n` };
    }
    if (!originIsAllowed(request.header('origin'), request.header('host'), config.origins)) {
      return { accept: false, status: 403, body: 'This origin may not open a WebSocket here.\n' };
    }
    const address = clientAddress(request.remoteAddress, request.header('x-forwarded-for'), this.#proxies);
    if (!connections.hasRoom(address)) {
      return { accept: false, status: 429, body: 'Too many connections from this address.\n' };
    }
    const context = new Connection(this, address, new MessageRate(config.messagesPerSecond, this.#ports.nowMs()));
    context.identity = this.#ports.identify?.(request) ?? null;
    return { accept: true, context, protocol: SUBPROTOCOL };
  }

  open(socket: Socket<Connection>): void {
    const connection = socket.context;
    connection.socket = socket;
    this.#ports.counters.connections++;
    this.#open.add(connection);
    // Counted only now: a handshake can still fail after `upgrade` has said yes, and nobody tells.
    connection.isCounted = this.#ports.connections.enter(connection.address);
    if (!connection.isCounted) {
      this.#close(connection, CloseCode.tooManyConnections, 'too many connections from this address');
      return;
    }
    connection.helloTimer = setTimeout(
      () => this.#close(connection, CloseCode.helloTimeout, 'no hello'),
      HELLO_DEADLINE_MS,
    );
  }

  message(socket: Socket<Connection>, bytes: Uint8Array, isBinary: boolean): void {
    const connection = socket.context;
    this.#ports.counters.framesIn++;
    if (!isBinary) {
      this.#close(connection, CloseCode.textFrame, 'binary frames only');
      return;
    }
    const decoded = decodeClientFrame(bytes);
    if (!decoded.ok) {
      this.#close(connection, CloseCode.protocolError, decoded.text);
      return;
    }
    const { messages } = decoded;
    if (!connection.rate.take(messages.length, this.#ports.nowMs())) {
      this.#close(connection, CloseCode.rateLimited, 'too many messages');
      return;
    }
    for (const message of messages) {
      // An earlier message of the frame may have closed the connection.
      if (connection.socket === null) return;
      this.#handle(connection, message);
    }
  }

  drain(): void {
    // Frames that wait in the socket layer go by themselves; nothing is held back here.
  }

  close(socket: Socket<Connection>, code: number): void {
    const connection = socket.context;
    const { counters, watch, connections } = this.#ports;
    connection.socket = null;
    this.#open.delete(connection);
    this.#stopHelloTimer(connection);
    counters.connections--;
    counters.watchers -= connection.watched.size;
    if (code === CloseCode.slowReader) counters.slowReadersClosed++;
    for (const screening of connection.watched) watch.unwatch(screening, connection);
    connection.watched.clear();
    if (connection.isCounted) connections.leave(connection.address);
  }

  /** From now on no new connection and no new command; answers under way still go out. */
  stopAccepting(): void {
    this.#isClosing = true;
  }

  /**
   * Closes every connection of a session that was signed out, on this thread. What they were answered stays theirs; what is
   * under way is decided, and nobody hears of it. Returns how many there were.
   */
  endSession(session: string): number {
    // A walk over all: people sign out seldom, and an index would cost every connection something.
    const ending = [...this.#open].filter(({ identity }) => identity?.session === session);
    for (const connection of ending) this.#close(connection, CloseCode.signedOut, 'signed out');
    return ending.length;
  }

  /**
   * Sends everybody to the other nodes, spread over `overMs`, and serves them until then; no new connection comes in. Who waits
   * for an answer is sent last. Resolves when all have been told.
   */
  async sendAway(overMs: number): Promise<void> {
    this.#isSendingAway = true;
    const slices = Math.max(1, Math.ceil(overMs / SEND_AWAY_SLICE_MS));
    const perSlice = Math.ceil(this.#open.size / slices);
    for (let slice = 1; slice <= slices && this.#open.size > 0; slice++) {
      let left = perSlice;
      for (const connection of [...this.#open]) {
        if (left === 0 && slice < slices) break;
        if (connection.commandsUnderWay > 0 && slice < slices) continue;
        this.#close(connection, CloseCode.nodeLeaving, 'this node is leaving; the others go on');
        this.#open.delete(connection);
        left--;
      }
      if (slice < slices) await delay(SEND_AWAY_SLICE_MS);
    }
  }

  // ---- messages ----------------------------------------------------------------------------------------------------

  #handle(connection: Connection, message: ClientMessage): void {
    const { op } = message;
    if (op === ClientOp.hello) {
      this.#hello(connection, message.token);
      return;
    }
    const { buyer } = connection;
    if (buyer === null) {
      this.#close(connection, CloseCode.protocolError, 'hello first');
      return;
    }
    switch (op) {
      case ClientOp.hold:
        this.#submit(connection, message.screening, holdCommand(message, buyer));
        return;
      case ClientOp.release:
        this.#submit(connection, message.screening, releaseCommand(message, buyer));
        return;
      case ClientOp.extend:
        this.#submit(connection, message.screening, {
          kind: 'extend',
          requestId: message.requestId,
          buyer,
          atMs: 0,
          hold: message.hold,
        });
        return;
      case ClientOp.bestAvailable:
        this.#submit(connection, message.screening, {
          kind: 'best-available',
          requestId: message.requestId,
          buyer,
          atMs: 0,
          count: message.count,
          accessible: message.accessible,
        });
        return;
      case ClientOp.mine:
        this.#submit(connection, message.screening, {
          kind: 'mine',
          requestId: '',
          buyer,
          payer: payerOf(connection.identity, buyer),
          atMs: 0,
        });
        return;
      case ClientOp.buy:
        this.#buy(connection, buyer, message);
        return;
      case ClientOp.watch:
        this.#watch(connection, message.screening, message.epoch, message.version);
        return;
      case ClientOp.unwatch:
        if (!connection.watched.delete(message.screening)) return;
        this.#ports.counters.watchers--;
        this.#ports.watch.unwatch(message.screening, connection);
        return;
      case ClientOp.ping:
        connection.queue([ServerOp.pong, message.nonce]);
        return;
      case ClientOp.bad:
        connection.refuse(message.requestId, OutcomeCode.badRequest);
        return;
    }
  }

  #hello(connection: Connection, token: string | null): void {
    if (connection.buyer !== null) {
      this.#close(connection, CloseCode.protocolError, 'hello twice');
      return;
    }
    const { tokens, config, seatsPerBuyerMax } = this.#ports;
    const known = token === null ? null : tokens.buyerOf(token);
    // A token that is not ours begins a new session: it may be of an installation that was set up anew.
    // Signing in changes nothing of it: who has chosen seats and then says who he is still has them.
    const session = token !== null && known !== null ? { buyer: known, token } : tokens.issue();
    connection.buyer = session.buyer;
    this.#stopHelloTimer(connection);
    const limits = [
      FRAME_BYTES_MAX,
      config.messagesPerSecond,
      MESSAGES_PER_FRAME_MAX,
      seatsPerBuyerMax,
      PING_SECONDS,
    ] as const;
    connection.queue([ServerOp.welcome, PROTOCOL_VERSION, connection.buyer, session.token, 'poltrona', limits]);
  }

  #submit(connection: Connection, screening: number, command: ActorMessage): void {
    const refusal = this.#refusalNow(connection);
    if (refusal !== null) {
      connection.refuse(command.requestId, refusal);
      return;
    }
    connection.commandsUnderWay++;
    this.commandsUnderWay++;
    this.#ports.bus.submit(screening, command, connection, screening, this.#ports.nowMs() + COMMAND_DEADLINE_MS);
  }

  #buy(connection: Connection, buyer: string, message: Extract<ClientMessage, { op: typeof ClientOp.buy }>): void {
    const { requestId, screening, hold, seats, detail, expectedCents } = message;
    const { identity } = connection;
    const method = methodNamed(message.method, this.#ports.config, identity !== null);
    if (method === null) {
      connection.refuse(requestId, OutcomeCode.paymentRefused);
      return;
    }
    // An account that has told no CPF would have ten tickets of its own, and another ten with each further account.
    const refusal = identity?.payer === null ? OutcomeCode.forbidden : this.#refusalNow(connection);
    if (refusal !== null) {
      connection.refuse(requestId, refusal);
      return;
    }
    connection.commandsUnderWay++;
    this.commandsUnderWay++;
    const purchase: PurchaseRequest = {
      ...{
        buyer,
        payer: payerOf(identity, buyer),
        requestId,
        screening,
        hold,
        method,
        detail,
        address: connection.address,
      },
      seats: seats as readonly WantedSeat[],
      ...(identity === null ? {} : { contact: identity.buyer }),
      ...(expectedCents === undefined ? {} : { expectedCents }),
    };
    this.#ports.checkout.buy(purchase, connection, screening);
  }

  /** While the server drains nothing new is begun: what would be stored now could not be answered any more. */
  #refusalNow(connection: Connection): typeof OutcomeCode.unavailable | typeof OutcomeCode.busy | null {
    if (this.#isClosing) return OutcomeCode.unavailable;
    return connection.commandsUnderWay >= COMMANDS_UNDER_WAY_MAX ? OutcomeCode.busy : null;
  }

  #watch(connection: Connection, screening: number, epoch: number, version: number): void {
    if (!connection.watched.has(screening)) {
      if (connection.watched.size >= WATCHES_MAX) {
        connection.queue([ServerOp.gone, screening, OutcomeCode.busy]);
        return;
      }
      connection.watched.add(screening);
      this.#ports.counters.watchers++;
    }
    this.#ports.watch.watch(screening, connection, epoch, version);
  }

  // ---- answers -----------------------------------------------------------------------------------------------------

  answersWaiting(connection: Connection): void {
    this.#dirty.push(connection);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    setImmediate(this.flush);
  }

  commandAnswered(): void {
    this.commandsUnderWay--;
    this.#ports.counters.answers++;
  }

  watchEnded(): void {
    this.#ports.counters.watchers--;
  }

  /** Sends what waits: at the end of a turn, and right after a commit. */
  readonly flush = (): void => {
    this.#isFlushScheduled = false;
    const dirty = this.#dirty;
    if (dirty.length === 0) return;
    this.#dirty = [];
    for (const connection of dirty) this.#flushOne(connection);
  };

  /** What cannot be encoded is a bug of ours; it costs its own connection and nobody else's answers. */
  #flushOne(connection: Connection): void {
    try {
      connection.flush();
    } catch (cause) {
      this.#ports.onError(cause);
      const { socket } = connection;
      connection.socket = null;
      socket?.close(CloseCode.internalError, 'an answer could not be sent');
    }
  }

  #close(connection: Connection, code: number, text: string): void {
    const { socket } = connection;
    if (socket === null) return;
    connection.queue([ServerOp.notice, code, text]);
    connection.flush();
    // The socket layer tells the close later; what is left of this frame must not be acted on.
    connection.socket = null;
    socket.close(code, text);
  }

  #stopHelloTimer(connection: Connection): void {
    if (connection.helloTimer === null) return;
    clearTimeout(connection.helloTimer);
    connection.helloTimer = null;
  }
}

/** Whose ten tickets count: of whoever is signed in, if he has told a CPF; else of the device. */
function payerOf(identity: Identity | null, buyer: string): string {
  return identity?.payer ?? buyer;
}

// Few object shapes, written out: a spread of what may be missing costs more than the decision.

function holdCommand({ requestId, seats, hold, seatMap }: HoldMessage, buyer: string): HoldCommand {
  if (seatMap !== undefined) {
    if (hold === 0) return { kind: 'hold', requestId, buyer, atMs: 0, seats, seatMap };
    return { kind: 'hold', requestId, buyer, atMs: 0, seats, hold, seatMap };
  }
  if (hold === 0) return { kind: 'hold', requestId, buyer, atMs: 0, seats };
  return { kind: 'hold', requestId, buyer, atMs: 0, seats, hold };
}

function releaseCommand({ requestId, seats, hold }: ReleaseMessage, buyer: string): ReleaseCommand {
  if (seats.length === 0) return { kind: 'release', requestId, buyer, atMs: 0, hold };
  return { kind: 'release', requestId, buyer, atMs: 0, hold, seats };
}
