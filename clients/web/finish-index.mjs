/**
 * What Angular's build leaves to be done in index.html so that a phone on a slow line sees a page one way to the server sooner: the
 * style sheet goes into it (8 KB, which still fits into the first packets of a connection), and the parts of the seat map are
 * named in it, so that whoever opens a screening by its address fetches them at once and not after the shop has begun.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the seat map begins; what these import comes with them. */
const ROOM = ['src/screening/screening-page.ts', 'sdk/index.ts'];

/** Rewrites `folder`/index.html; `folder` has stats.json of the same build, which is taken away. @throws when either is of another shape. */
export function finishIndex(folder) {
  const file = path.join(folder, 'index.html');
  const stats = path.join(folder, 'stats.json');
  const { outputs } = JSON.parse(readFileSync(stats, 'utf8'));
  rmSync(stats);
  const html = readFileSync(file, 'utf8');
  const [link, name] = /<link rel="stylesheet" href="([\w-]+\.css)"\s*\/?>/.exec(html) ?? [];
  if (link === undefined) throw new Error('index.html has no style sheet');
  const css = readFileSync(path.join(folder, name), 'utf8');
  const parts = roomParts(outputs).filter((part) => !html.includes(part));
  const finished = html
    .replace(link, () => `<style nonce="%NONCE%">${css}</style>`)
    .replace('%ROOM_PARTS%', parts.join(' '));
  writeFileSync(file, finished);
}

/** The files of the seat map, those that they import included. */
function roomParts(outputs) {
  const found = new Set();
  const add = (name) => {
    if (found.has(name)) return;
    found.add(name);
    for (const { path: other, kind } of outputs[name].imports) if (kind === 'import-statement') add(other);
  };
  for (const begin of ROOM) {
    const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint?.endsWith(begin));
    if (entry === undefined) throw new Error(`the build has no part that begins with ${begin}`);
    add(entry);
  }
  return [...found];
}
