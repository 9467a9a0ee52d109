/**
 * A server that speaks the protocol over real WebSockets and misbehaves on command: it loses answers, repeats them, is busy, skips
 * deltas, falls silent, closes with any code. For the tests of clients, which must be right whatever it does.
 */
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type ClientMessage, ClientOp, decodeClientFrame } from '../../server/protocol/client-messages.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { encodeFrame } from '../../server/protocol/codec.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { type ServerMessage, ServerOp } from '../../server/protocol/server-messages.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { type FakeCommand, FakeScreening } from './fake-screening.ts';

/** What happens to one command instead of the ordinary. */
export type Fault =
  | 'busy'
  | 'unavailable'
  /** Not carried out, and the connection breaks. */
  | 'cut-before'
  /** Carried out, but the connection breaks before the answer. */
  | 'cut-after'
  | 'answer-twice'
  /** Carried out, never answered, and the connection stays. */
  | 'no-answer';

/** The server's end of a connection: a WebSocket of `ws`, or one end of a pair in memory. */
export interface GatewaySocket {
  send(bytes: Uint8Array | string): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (bytes: Buffer) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

interface FakeConnection {
  readonly socket: GatewaySocket;
  readonly number: number;
  buyer: string | null;
  readonly watched: Set<number>;
}

export interface Received {
  readonly connection: number;
  readonly message: ClientMessage;
}

export class FakeGateway {
  readonly screenings = new Map<number, FakeScreening>();
  /** Everything that clients said, in order. */
  readonly received: Received[] = [];
  /** How many messages each frame had. */
  readonly frameSizes: number[] = [];
  /** For the next commands, one each; 'none' for an ordinary one. */
  readonly faults: (Fault | 'none')[] = [];
  /** So many deltas are lost on their way to everybody. */
  deltasToLose = 0;
  /** Refuse so many `mine`s with "busy". */
  mineBusy = 0;
  /** Take everything, say nothing. */
  isSilent = false;
  messagesPerSecond = 0;
  pingSeconds = 30;
  connectionsEver = 0;
  readonly #server: WebSocketServer | null;
  readonly #connections = new Set<FakeConnection>();
  #waiting: { readonly isTrue: () => boolean; readonly resolve: () => void }[] = [];

  private constructor(server: WebSocketServer | null, seatCount: number) {
    this.#server = server;
    server?.on('connection', (socket) => this.connected(socket));
    this.screenings.set(1, new FakeScreening(1, seatCount));
  }

  /** One without a port: give it its connections with `connected`. Screening 1 has `seatCount` seats. */
  static inMemory(seatCount = 20): FakeGateway {
    return new FakeGateway(null, seatCount);
  }

  /** On a free port of the loopback. */
  static async start(seatCount = 20, port = 0): Promise<FakeGateway> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port,
      path: '/ws',
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    return new FakeGateway(server, seatCount);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server!.address() as AddressInfo).port}/ws`;
  }

  get screening(): FakeScreening {
    return this.screenings.get(1)!;
  }

  get open(): number {
    return this.#connections.size;
  }

  /** Resolves as soon as it is true; looked at after everything that clients do. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isTrue, resolve }));
  }

  /** Messages of one kind that came so far. */
  count(op: ClientOp): number {
    return this.received.filter(({ message }) => message.op === op).length;
  }

  /** To everyone who watches, unless it is to be lost. */
  broadcast(delta: ServerMessage): void {
    if (this.deltasToLose > 0) {
      this.deltasToLose--;
      return;
    }
    for (const connection of this.#connections) {
      if (connection.watched.has(delta[1] as number)) this.#send(connection, delta);
    }
  }

  /** To everyone, whatever it is. */
  sendToAll(...messages: ServerMessage[]): void {
    for (const connection of this.#connections) this.#send(connection, ...messages);
  }

  sendBytesToAll(bytes: Uint8Array | string): void {
    for (const { socket } of this.#connections) socket.send(bytes);
  }

  closeAll(code: number, text: string): void {
    for (const connection of this.#connections) {
      this.#send(connection, [ServerOp.notice, code, text]);
      connection.socket.close(code, text);
    }
  }

  cutAll(): void {
    for (const { socket } of this.#connections) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => (this.#server === null ? resolve() : this.#server.close(() => resolve())));
  }

  connected(socket: GatewaySocket): void {
    const connection: FakeConnection = { socket, number: ++this.connectionsEver, buyer: null, watched: new Set() };
    this.#connections.add(connection);
    socket.on('error', () => {});
    socket.on('message', (bytes: Buffer) => {
      this.#frame(connection, bytes);
      this.#look();
    });
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#look();
    });
    this.#look();
  }

  #frame(connection: FakeConnection, bytes: Uint8Array): void {
    const decoded = decodeClientFrame(bytes);
    if (!decoded.ok) {
      this.#send(connection, [ServerOp.notice, CloseCode.protocolError, decoded.text]);
      connection.socket.close(CloseCode.protocolError, decoded.text);
      return;
    }
    this.frameSizes.push(decoded.messages.length);
    for (const message of decoded.messages) {
      this.received.push({ connection: connection.number, message });
      if (!this.isSilent) this.#handle(connection, message);
    }
  }

  #handle(connection: FakeConnection, message: ClientMessage): void {
    switch (message.op) {
      case ClientOp.hello: {
        const number = message.token?.startsWith('token.') ? message.token.slice(6) : String(connection.number);
        connection.buyer = `buyer-${number}`;
        const limits = [16_384, this.messagesPerSecond, 64, 10, this.pingSeconds] as const;
        this.#send(connection, [ServerOp.welcome, 1, connection.buyer, `token.${number}`, 'fake', limits]);
        return;
      }
      case ClientOp.watch: {
        const screening = this.screenings.get(message.screening);
        if (screening === undefined) {
          this.#send(connection, [ServerOp.gone, message.screening, OutcomeCode.unknownScreening]);
          return;
        }
        connection.watched.add(message.screening);
        if (message.epoch !== screening.epoch || message.version !== screening.version) {
          this.#send(connection, screening.snapshot());
        }
        return;
      }
      case ClientOp.unwatch:
        connection.watched.delete(message.screening);
        return;
      case ClientOp.ping:
        this.#send(connection, [ServerOp.pong, message.nonce]);
        return;
      case ClientOp.mine: {
        const screening = this.screenings.get(message.screening);
        const isBusy = this.mineBusy-- > 0;
        if (screening !== undefined && !isBusy) this.#send(connection, screening.mine(connection.buyer!));
        else this.#refuse(connection, '', isBusy ? OutcomeCode.busy : OutcomeCode.unknownScreening);
        return;
      }
      case ClientOp.bad:
        this.#refuse(connection, message.requestId, OutcomeCode.badRequest);
        return;
      default:
        this.#command(connection, message);
    }
  }

  #command(connection: FakeConnection, command: FakeCommand): void {
    const fault = this.faults.shift() ?? 'none';
    const { requestId } = command;
    if (fault === 'busy' || fault === 'unavailable') {
      this.#refuse(connection, requestId, OutcomeCode[fault]);
      return;
    }
    if (fault === 'cut-before') {
      connection.socket.terminate();
      return;
    }
    const screening = this.screenings.get(command.screening);
    if (screening === undefined) {
      this.#refuse(connection, requestId, OutcomeCode.unknownScreening);
      return;
    }
    const [answer, delta] = screening.carryOut(command, connection.buyer!);
    if (fault === 'cut-after') {
      connection.socket.terminate();
      return;
    }
    if (fault !== 'no-answer') this.#send(connection, answer);
    if (fault === 'answer-twice') this.#send(connection, answer);
    if (delta !== null) this.broadcast(delta);
  }

  #refuse(connection: FakeConnection, requestId: string, code: OutcomeCode): void {
    this.#send(connection, [ServerOp.answer, requestId, code, 0, []]);
  }

  #send(connection: FakeConnection, ...messages: ServerMessage[]): void {
    connection.socket.send(encodeFrame(messages));
  }

  #look(): void {
    const due = this.#waiting.filter(({ isTrue }) => isTrue());
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { resolve } of due) resolve();
  }
}
