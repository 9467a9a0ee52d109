/** Another process that owns an embedded PostgreSQL, to be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

export interface OtherServer {
  /** Process id of its postmaster. */
  readonly postmaster: number;
  /** As `kill -9` does it. */
  kill(): Promise<void>;
}

/** Starts a process that starts the embedded PostgreSQL of `folder` and then only exists. Killed with the test. */
export async function otherServer(t: TestContext, folder: string): Promise<OtherServer> {
  const module = new URL('../../storage/embedded-postgres.js', import.meta.url).href;
  const code = `const { startEmbedded } = await import(${JSON.stringify(module)});
    const log = { info() {}, warn() {}, error() {} };
    console.log((await startEmbedded({ folder: ${JSON.stringify(folder)}, log })).pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  t.after(kill);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { kill, postmaster: Number(line.toString()) };
}
