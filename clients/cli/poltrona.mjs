#!/usr/bin/env node
/**
 * The command `poltrona`, as npm links it. A plain file and not a compiled one: npm links commands at `npm ci`, before
 * anything has been compiled, and a link to nothing would stay one.
 */
import { existsSync } from 'node:fs';

const compiled = new URL('../../dist/clients/cli/main.js', import.meta.url);

if (existsSync(compiled)) {
  await import(compiled.href);
} else {
  console.error('poltrona is not compiled yet: run "npm run build" first');
  process.exitCode = 1;
}
