/**
 * One line from whoever sits there, or from the pipe. Questions go to stderr, so that stdout stays the answer's. Secrets are
 * not echoed, and never taken from the command line, which every user of the machine can read in the list of processes.
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted } from './interruption.ts';

/** @throws Interrupted when there is no line. */
export function readLine(question: string): Promise<string> {
  return read(question, process.stderr);
}

/** @throws Interrupted when there is no line. */
export async function readSecret(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) return read('', process.stderr);
  // readline repeats what is typed by itself: into nothing, here.
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const answer = read('', nowhere);
  // Only now does the terminal itself repeat nothing any more.
  process.stderr.write(question);
  try {
    return await answer;
  } finally {
    process.stderr.write('\n');
  }
}

function read(question: string, output: NodeJS.WritableStream): Promise<string> {
  const isTerminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal });
  return new Promise((resolve, reject) => {
    let answer: string | null = null;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      // A pipe that stays open would keep the process; the next question opens it again.
      process.stdin.pause();
      if (answer === null) reject(new Interrupted('there was no answer: nothing was done'));
      else resolve(answer);
    });
    lines.setPrompt(question);
    lines.prompt();
  });
}
