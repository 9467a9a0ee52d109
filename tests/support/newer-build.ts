/**
 * A deployment while visitors are there: a proxy before the real server, which from `publish` on gives the page and its service
 * worker the name of another build. That is all by which a browser tells two builds apart.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

const BUILD = /<meta name="build" content="([0-9a-f]{16})"/;
const NEWER = 'fedcba9876543210';

export class NewerBuild {
  readonly url: string;
  readonly #build: string;
  #isPublished = false;

  private constructor(url: string, build: string) {
    this.url = url;
    this.#build = build;
  }

  /** A proxy before the server at `target`, gone when `t` ends. */
  static async before(t: TestContext, target: string): Promise<NewerBuild> {
    const { port } = new URL(target);
    const [, build] = BUILD.exec(await (await fetch(`${target}/`)).text()) ?? [];
    if (build === undefined) throw new Error('the page does not name its build');
    const sockets = new Set<Socket>();
    const server = createServer((asked, answer) => site.#pass(asked, answer, Number(port)));
    server.on('connection', (socket) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)));
    });
    server.on('upgrade', (asked, socket, head) => {
      const inner = connect(Number(port), '127.0.0.1', () => {
        const lines = asked.rawHeaders.flatMap((word, i) =>
          i % 2 === 0 ? [`${word}: ${asked.rawHeaders[i + 1]}`] : [],
        );
        inner.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
        inner.write(head);
        inner.pipe(socket).pipe(inner);
      });
      inner.on('error', () => socket.destroy());
      socket.on('error', () => inner.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const site = new NewerBuild(`http://localhost:${(server.address() as AddressInfo).port}`, build);
    t.after(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return site;
  }

  publish(): void {
    this.#isPublished = true;
  }

  #pass(asked: IncomingMessage, answer: ServerResponse, port: number): void {
    const isNamed = asked.url === '/sw.js' || (asked.headers.accept ?? '').includes('text/html') || asked.url === '/';
    const headers = { ...asked.headers };
    if (isNamed) {
      // As text, and never "the same as before".
      delete headers['accept-encoding'];
      delete headers['if-none-match'];
    }
    const inner = request({ port, host: '127.0.0.1', method: asked.method, path: asked.url, headers }, (got) => {
      if (!isNamed || !this.#isPublished) {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
        return;
      }
      let text = '';
      got.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      got.on('end', () => {
        const bytes = Buffer.from(text.replaceAll(this.#build, NEWER));
        answer.writeHead(got.statusCode ?? 502, { ...got.headers, 'content-length': bytes.length });
        answer.end(bytes);
      });
    });
    inner.on('error', () => answer.destroy());
    asked.pipe(inner);
  }
}
