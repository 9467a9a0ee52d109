#!/usr/bin/env node
/** The command `poltrona`, run as a process. */
import { processPorts } from './ports.ts';
import { runProgram } from './program.ts';

// Who reads only the beginning (`poltrona screenings list | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Everything is closed and written by then. Node 20 alone would still wait for its requests to be given back, and sometimes
// counts one that never comes: a command that is done would then spin for ever.
process.on('exit', () => process.exit());

process.exitCode = await runProgram(process.argv.slice(2), processPorts);
