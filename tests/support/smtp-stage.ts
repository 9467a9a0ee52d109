/**
 * A real mail server on loopback that does as a test tells it: takes letters, refuses them, stalls, or cuts the line. What
 * it saw is awaited, never slept for.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';
import type { SmtpServer } from '../../workers/mail/smtp-url.ts';

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  /** The letter as it came over the line. */
  readonly text: string;
}

/** What the server does with one letter. `cut` ends the connection without an answer; `silence` never answers. */
export type Reaction =
  | { readonly is: 'take' }
  | { readonly is: 'refuse-recipient' | 'refuse-letter'; readonly code: number; readonly text: string }
  | { readonly is: 'cut' | 'silence' };

export const TAKE: Reaction = { is: 'take' };

export class SmtpStage {
  /** Every letter that came in whole, answered or not. */
  readonly received: Received[] = [];
  readonly #server: SMTPServer;
  readonly #sockets = new Set<Socket>();
  #reactions: Reaction[] = [];
  #always: Reaction = TAKE;
  #heard: (() => void)[] = [];

  /** `admits`: asks for user and password, and lets in whom it says. */
  constructor(admits?: (user: string, password: string) => boolean) {
    this.#server = new SMTPServer({
      disabledCommands: admits === undefined ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        if (admits?.(username ?? '', password ?? '') === true) done(null, { user: username });
        else done(refused({ code: 535, text: 'no' }));
      },
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 0,
      onRcptTo: (_address, _session, done) => {
        const reaction = this.#reactions[0] ?? this.#always;
        if (reaction.is !== 'refuse-recipient') return done();
        this.#next();
        done(refused(reaction));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const reaction = this.#next();
          this.received.push({
            from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
            to: session.envelope.rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString('utf8'),
          });
          this.#wake();
          if (reaction.is === 'take') done();
          else if (reaction.is === 'refuse-letter') done(refused(reaction));
          else if (reaction.is === 'cut') this.cut();
        });
      },
    });
    // A line that is cut is an error to it.
    this.#server.on('error', () => {});
    this.#server.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server.server, 'listening');
  }

  get address(): SmtpServer {
    return serverAt((this.#server.server.address() as AddressInfo).port);
  }

  /** What happens to the next letters, one after the other; then `always`. */
  react(reactions: readonly Reaction[], always: Reaction = TAKE): void {
    this.#reactions = [...reactions];
    this.#always = always;
  }

  /** Resolves with the letters when `count` of them have come in. */
  async letters(count: number): Promise<readonly Received[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.#heard.push(resolve));
    return this.received;
  }

  /** Cuts all lines that are open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #next(): Reaction {
    return this.#reactions.shift() ?? this.#always;
  }

  #wake(): void {
    const heard = this.#heard;
    this.#heard = [];
    for (const resolve of heard) resolve();
  }
}

function refused({ code, text }: { readonly code: number; readonly text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

/** A mail server for the test `t`. */
export async function smtpStage(
  t: TestContext,
  admits?: (user: string, password: string) => boolean,
): Promise<SmtpStage> {
  const stage = new SmtpStage(admits);
  await stage.listen();
  t.after(() => stage.close());
  return stage;
}

/** A server that takes connections and says nothing, ever, or `greeting` and then nothing. */
export async function muteServer(t: TestContext, greeting = ''): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (greeting !== '') socket.write(greeting);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return serverAt((server.address() as AddressInfo).port);
}

export function serverAt(port: number): SmtpServer {
  return { host: '127.0.0.1', port, isSecure: false, starttls: 'never', user: null, password: null };
}
