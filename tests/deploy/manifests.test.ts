/**
 * What deploy/ claims, read from its texts: there is no container engine and no cluster in the tests. That the files are
 * accepted by HAProxy and nats-server is shown by the tests that run them.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { configurationVariables, readConfig } from '../../server/config.ts';
import { at, projectFiles, readProjectFile } from '../house/project-files.ts';
import { HAPROXY_CONFIGURATION } from '../support/haproxy.ts';
import { programPath } from '../support/programs.ts';

const files = projectFiles().filter((file) => file.startsWith('deploy/'));
const compose = readProjectFile('deploy/compose.yaml');
const nodes = readProjectFile('deploy/kubernetes/nodes.yaml');
const kustomization = readProjectFile('deploy/kustomization.yaml');

test('[D16] every variable of a node that is named here exists', () => {
  const known = new Set(configurationVariables.map(({ name }) => name));
  const unknown: string[] = [];
  let found = 0;
  for (const file of files) {
    const text = readProjectFile(file);
    // `POLTRONA_PORT` and its like stand in a comment as what Kubernetes would make.
    for (const match of text.matchAll(/(?<![.$\w])(?:POLTRONA_(?!PORT\b)[A-Z_]+|NATS_URL|DATABASE_URL)\b/g)) {
      found++;
      if (!known.has(match[0])) unknown.push(`${at(file, text, match.index)} ${match[0]}`);
    }
  }
  assert.ok(found > 20, `only ${found} variables were found`);
  assert.deepEqual(unknown, []);
});

test('[D16] the settings of the nodes in both places are a configuration that a node takes', () => {
  const inCompose = [...compose.matchAll(/^ {4}([A-Z_]+): (.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value
      .replace(/\$\{\w+:-(\w*)\}/g, '$1')
      .replace(/\$\{\w+:\?[^}]*\}/g, 'secret'.repeat(8))
      .replaceAll("'", ''),
  ]);
  const inCluster = [...kustomization.matchAll(/^ {6}- ([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  for (const [settings, network] of [
    [inCompose, '10.99.0.10'],
    [inCluster, '10.0.0.0/8'],
  ] as const) {
    const environment = Object.fromEntries(settings) as Record<string, string>;
    const config = readConfig({
      NODE_ENV: 'production',
      NATS_URL: 'nats://nats',
      DATABASE_URL: 'postgres://db/x',
      POLTRONA_SECRET_KEY: 'c2VjcmV0'.repeat(8),
      ...environment,
    });
    assert.deepEqual(config.trustedProxies, [network]);
    assert.equal(config.threads, 2);
    assert.equal(config.sandboxPayments, false);
    assert.equal(config.demo, false);
  }
});

test('[D16] the balancer that is trusted is the balancer that is there', () => {
  const address = /^ +POLTRONA_TRUSTED_PROXIES: (\S+)$/m.exec(compose)?.[1];
  assert.ok(compose.includes(`ipv4_address: ${address}`), address);
});

test('[D16] every variable of HAProxy and NATS that is set is one that their files read', () => {
  const read = ['deploy/haproxy.cfg', 'deploy/nats.conf', 'deploy/nats-cluster.conf'].map(readProjectFile).join('\n');
  const set = [compose, readProjectFile('deploy/kubernetes/balancer.yaml')].join('\n');
  const names = [...set.matchAll(/\b(?:NODE_[AB]|BALANCER_[A-Z_]+|NATS_[A-Z]+_PASSWORD)\b/g)].map(([name]) => name);
  assert.ok(names.length > 10);
  assert.deepEqual(
    names.filter((name) => !read.includes(`$${name}`) && !read.includes(`\${${name}-`)),
    [],
  );
});

test('[D16] every password of compose.yaml is asked for and stands in .env.example without a value', () => {
  const example = readProjectFile('deploy/.env.example');
  const asked = new Set([...compose.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  for (const name of asked) assert.match(example, new RegExp(`^${name}=`, 'm'), name);
  const secrets = [...asked].filter((name) => name.endsWith('PASSWORD'));
  assert.ok(secrets.length >= 3);
  for (const name of secrets) {
    assert.match(example, new RegExp(`^${name}=$`, 'm'), `${name} has a value`);
    // Without it nothing is started: an empty password is one that everybody knows.
    assert.doesNotMatch(compose, new RegExp(`\\$\\{${name}(?!:\\?)`), name);
  }
});

test('[D16] a node has time to drain, a user without rights, and asks that are answered', () => {
  assert.match(nodes, /^ {6}terminationGracePeriodSeconds: 60$/m);
  assert.equal([...compose.matchAll(/^ {2}stop_grace_period: 60s$/gm)].length, 1);
  for (const line of [
    'runAsNonRoot: true',
    'readOnlyRootFilesystem: true',
    'allowPrivilegeEscalation: false',
    'drop: [ALL]',
  ]) {
    assert.ok(nodes.includes(line), line);
  }
  assert.match(readProjectFile('Dockerfile'), new RegExp(`^USER ${/runAsUser: (\d+)/.exec(nodes)?.[1]}:`, 'm'));
  const probes = [...nodes.matchAll(/(\w+)Probe:\n +httpGet: \{ path: (\S+), port: http \}/g)].map(
    ([, probe, asks]) => [probe, asks],
  );
  assert.deepEqual(probes, [
    ['startup', '/healthz'],
    ['readiness', '/readyz'],
    ['liveness', '/healthz'],
  ]);
  const routes = readProjectFile('server/http-routes.ts');
  for (const [, asks] of probes) assert.ok(routes.includes(`'${asks}'`), asks);
});

test('[D16] HAProxy takes the file without a warning, with and without what may be chosen', (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-haproxy-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const chosen = [{}, { NODE_A: '127.0.0.1:1', NODE_B: '[::1]:2' }, { BALANCER_CERTIFICATE: '', BALANCER_USER: '' }];
  for (const environment of chosen) {
    const env = { BALANCER_SOCKET: path.join(folder, 'admin.sock'), ...environment };
    const { status, stdout, stderr } = spawnSync(programPath('haproxy'), ['-c', '-f', HAPROXY_CONFIGURATION], {
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(`${stdout}${stderr}`, /WARNING|ALERT/);
  }
});

test('[D16] no tabs and no odd indentation in what is YAML', () => {
  for (const file of files.filter((name) => name.endsWith('.yaml'))) {
    for (const [i, line] of readProjectFile(file).split('\n').entries()) {
      assert.match(line, /^(?: {2})*(?:[^\s].*)?$/, `${file}:${i + 1}`);
      assert.doesNotMatch(line, /\t|\s$/, `${file}:${i + 1}`);
    }
  }
});
