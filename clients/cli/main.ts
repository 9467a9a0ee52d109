#!/usr/bin/env node
/** The command `poltrona`, run as a process. */
import { processPorts } from './ports.ts';
import { runProgram } from './program.ts';

// Who reads only the beginning (`poltrona screenings list | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runProgram(process.argv.slice(2), processPorts);
