/**
 * What the image and the workflows claim, read from their texts: there is no container engine in the tests. The health
 * check is run for real, since it is only a line of JavaScript.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../../storage/package-root.ts';
import { isInProject, readProjectFile } from './project-files.ts';

/** Instructions in their order, comments gone, continued lines joined. */
function instructions(): readonly { readonly name: string; readonly rest: string }[] {
  const text = readProjectFile('Dockerfile')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
      return { name, rest };
    });
}

/** The instructions `name` of the stage that becomes the image. */
function ofImage(name: string): readonly string[] {
  const all = instructions();
  const stage = all.slice(all.map((instruction) => instruction.name).lastIndexOf('FROM'));
  return stage.filter((instruction) => instruction.name === name).map(({ rest }) => rest);
}

test('the image is built in stages: the exact dependencies, the build, without the tools of the build', () => {
  const stages = instructions().filter(({ name }) => name === 'FROM');
  assert.equal(stages.length, 2);
  for (const { rest } of stages) assert.match(rest, /^node:22-\w+-slim( AS \w+)?$/);
  const runs = instructions().flatMap(({ name, rest }) => (name === 'RUN' ? [rest] : []));
  const order = ['npm ci', 'npm run build', 'npm prune --omit=dev'].map((step) => runs.join(' && ').indexOf(step));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.ok(!order.includes(-1));
});

test('the manifest of every workspace is there before the dependencies are installed', () => {
  const { workspaces } = JSON.parse(readProjectFile('package.json')) as { workspaces: readonly string[] };
  const steps = instructions().map(({ name, rest }) => `${name} ${rest}`);
  const installs = steps.findIndex((step) => step.startsWith('RUN npm ci'));
  for (const workspace of workspaces) {
    const copies = steps.indexOf(`COPY ${workspace}/package.json ${workspace}/`);
    assert.ok(copies >= 0 && copies < installs, workspace);
  }
});

test('the image runs as an ordinary user, whom a number names', () => {
  const users = ofImage('USER');
  assert.match(users.at(-1) ?? '', /^[1-9]\d*:[1-9]\d*$/);
});

test('SIGTERM reaches node: no shell and no npm in between', () => {
  const [command, ...others] = ofImage('CMD');
  assert.deepEqual(others, []);
  const words = JSON.parse(command ?? '') as string[];
  assert.equal(words[0], 'node');
  assert.deepEqual(ofImage('ENTRYPOINT'), []);
  assert.deepEqual(ofImage('STOPSIGNAL'), ['SIGTERM']);
  const source = (words[1] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts');
  assert.ok(isInProject(source), `${words[1]} would be compiled from ${source}, which is missing`);
});

test('the image is for production, listens on all addresses, and keeps its data in a volume', () => {
  const environment = ofImage('ENV').join(' ');
  for (const setting of ['NODE_ENV=production', 'HOST=0.0.0.0', 'PORT=8080', 'POLTRONA_FOLDER=/var/lib/poltrona']) {
    assert.ok(environment.includes(setting), setting);
  }
  assert.deepEqual(ofImage('VOLUME'), ['/var/lib/poltrona']);
  assert.deepEqual(ofImage('EXPOSE'), ['8080']);
});

test('a working copy\u2019s own files stay out of the image', () => {
  const left = readProjectFile('.dockerignore').split('\n');
  for (const name of ['.git', 'node_modules', 'dist', '.poltrona', '.env']) assert.ok(left.includes(name), name);
});

test('the health check is healthy for 200, unhealthy for 503 and for nobody', async (t) => {
  const check = healthCheck();
  let status = 200;
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.writeHead(status).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await exitCode(t, check, port), 0);
  status = 503;
  assert.equal(await exitCode(t, check, port), 1);
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  assert.equal(await exitCode(t, check, port), 1);
  assert.deepEqual(paths, ['/healthz', '/healthz']);
});

function healthCheck(): string {
  const [check] = ofImage('HEALTHCHECK');
  const words = JSON.parse(/CMD (\[.*\])$/.exec(check ?? '')?.[1] ?? '[]') as string[];
  assert.deepEqual(words.slice(0, 2), ['node', '-e']);
  return words[2] ?? '';
}

async function exitCode(t: TestContext, script: string, port: number): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, PORT: String(port) },
    signal: t.signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('.ci/run can be run, and runs the commands that the README names', () => {
  accessSync(path.join(packageRoot(), '.ci/run'), constants.X_OK);
  const script = readProjectFile('.ci/run');
  assert.match(script, /^#!\/usr\/bin\/env bash\n/);
  assert.match(script, /^set -euo pipefail$/m);
  const steps = [...script.matchAll(/^step (.*)$/gm)].map(([, step]) => step);
  assert.deepEqual(steps, ['npm ci', 'npm run lint', 'npm test']);
  const readme = readProjectFile('README.md');
  for (const step of steps) assert.ok(readme.includes(`${step}`), `README.md does not name "${step}"`);
});

test('the hosted check has the least rights, pinned actions, and does what .ci/run does on every Node', () => {
  const workflow = readProjectFile('.github/workflows/ci.yml');
  assert.match(workflow, /^permissions:\n {2}contents: read\n/m);
  assert.doesNotMatch(workflow, /: write\b|pull_request_target|secrets\./);
  const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action ?? '');
  assert.ok(uses.length > 0);
  for (const action of uses) assert.match(action, /@[0-9a-f]{40}$/);
  assert.match(workflow, /node: \[20, 22, 24\]/);
  assert.match(workflow, /run: \.ci\/run\n/);
  assert.match(workflow, /npm audit --omit=dev --audit-level=high/);
  assert.match(workflow, /docker build /);
});

test('the command `poltrona` is there before anything is compiled, and can be run', () => {
  const { bin } = JSON.parse(readProjectFile('package.json')) as { bin: Record<string, string> };
  const file = bin['poltrona'] ?? '';
  assert.match(readProjectFile(file), /^#!\/usr\/bin\/env node\n/);
  accessSync(path.join(packageRoot(), file), constants.X_OK);
  const [, compiled = ''] = /'\.\.\/\.\.\/dist\/(.*)\.js'/.exec(readProjectFile(file)) ?? [];
  assert.ok(isInProject(`${compiled}.ts`), `${compiled}.ts is missing`);
});
