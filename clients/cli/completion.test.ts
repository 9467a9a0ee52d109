import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { heardPorts, ran } from '../../tests/support/heard-ports.ts';
import { SHELLS } from './completion-scripts.ts';
import { completionTree } from './completion-tree.ts';
import { createProgram } from './program.ts';

const run = promisify(execFile);

/** What bash offers after these words, the last of which is being typed. */
async function offered(script: string, ...words: readonly string[]): Promise<string[]> {
  const quoted = ['poltrona', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `source '${script}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _poltrona; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['--norc', '-c', ask]);
  return stdout.split('\n').filter((line) => line !== '');
}

test('[CM14] bash completes commands, their options, the values of options, and files', async (t) => {
  const { out } = await ran(['completion', 'bash']);
  const script = temporaryFile(t, 'poltrona', `${out.join('\n')}\n`);
  assert.deepEqual(await offered(script, 'scr'), ['screenings']);
  assert.deepEqual((await offered(script, 'screenings', '')).sort(), [
    'cancel',
    'close',
    'create',
    'generate',
    'list',
    'open',
    'refunds',
    'reschedule',
    'show',
  ]);
  assert.deepEqual(await offered(script, 'screenings', 'cancel', '4711', '--w'), ['--why']);
  assert.deepEqual(await offered(script, 'users', 'create', 'x', '--role', 'b'), ['box-office']);
  assert.deepEqual(await offered(script, 'completion', ''), [...SHELLS]);
  assert.deepEqual(await offered(script, 'import', 'films', script.slice(0, -2)), [script]);
  assert.deepEqual(await offered(script, 'films', 'list', script.slice(0, -2)), []);
  assert.deepEqual(await offered(script, 'login', 'x', '--key-file', script.slice(0, -2)), [script]);
});

test('[CM14] the scripts hold every command for every shell, with how to install them in --help', async () => {
  for (const shell of SHELLS) {
    const { out, code } = await ran(['completion', shell]);
    assert.equal(code, 0);
    for (const command of ['screenings reschedule', 'users create-administrator', 'imports resume', 'events tail'])
      assert.ok(out.join('\n').includes(`'${command}'`), `${command} for ${shell}`);
  }
  assert.match(
    (await ran(['completion', '--help'])).out.join('\n'),
    /bash-completion\/completions\/poltrona.*fpath.*fish/s,
  );
  assert.equal((await ran(['completion', 'csh'])).code, 2);
});

test('[CM18] every command has help with examples, and --json for programs', async () => {
  const nodes = completionTree(createProgram(heardPorts().ports));
  assert.ok(nodes.length > 60, `${nodes.length} commands`);
  for (const { path, words, options } of nodes) {
    const { out, code } = await ran([...path.split(' ').filter((word) => word !== ''), '--help']);
    assert.equal(code, 0, path);
    assert.match(out.join('\n'), /Examples:\n {2}\$ poltrona /, path);
    const isGroup = words.length > 0 && path !== 'completion' && path !== 'nodes';
    const hasJson = options.some(({ names }) => names.includes('--json'));
    assert.equal(hasJson, !isGroup && path !== 'completion', path);
  }
});
