/**
 * Imports run one way, by folder: actors ← storage ← workers ← server; the protocol is a leaf that clients share. That is
 * what keeps the decisions testable without a database, and the wire readable without the server.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { projectFiles, readProjectFile } from './project-files.ts';

/** What the code of a folder may import of ours besides itself. Longest name first: a file belongs to the first that fits. */
const MAY_IMPORT: readonly (readonly [folder: string, others: readonly string[]])[] = [
  ['server/protocol', []],
  ['clients/sdk', ['server/protocol']],
  ['clients/web', ['server/protocol', 'clients/sdk']],
  // Imports and the audit work on the database itself.
  ['clients/cli', ['server/protocol', 'clients/sdk', 'workers', 'storage', 'actors']],
  ['actors', []],
  ['storage', ['actors']],
  ['workers', ['actors', 'storage']],
  ['server', ['actors', 'storage', 'workers', 'server/protocol']],
];

interface Import {
  readonly from: string;
  readonly line: number;
  /** As written. */
  readonly target: string;
  /** The project file it names; null for a package. */
  readonly file: string | null;
  /** Gone after compilation. */
  readonly isTypeOnly: boolean;
}

const sources = projectFiles('.ts').filter((file) => !file.endsWith('.d.ts'));
const imports = sources.flatMap(importsOf);
/** Tests stand beside what they test and may use everything, as `tests` and `bench` may. */
const ruled = imports.filter(({ from }) => !from.endsWith('.test.ts') && !/^(tests|bench)\//.test(from));

test('imports run one way by folder', () => {
  assert.ok(ruled.length > 100, 'hardly any import was found: the test looks in the wrong place');
  const wrong = ruled.filter(({ from, file }) => {
    if (file === null) return false;
    const own = folderOf(from);
    const other = folderOf(file);
    assert.ok(own !== undefined, `${from} lies in no known folder`);
    return other === undefined || (other[0] !== own[0] && !own[1].includes(other[0]));
  });
  assert.deepEqual(wrong.map(describe), []);
});

test('actors import nothing but actors: no package, no module of node', () => {
  assert.deepEqual(ruled.filter(({ from, file }) => from.startsWith('actors/') && file === null).map(describe), []);
});

test('actors have no clock, no chance, no timers, no promises and nothing of the process', () => {
  const forbidden = new Set(
    'Date performance process setTimeout setInterval setImmediate queueMicrotask Promise fetch crypto console globalThis'.split(
      ' ',
    ),
  );
  const found: string[] = [];
  for (const file of sources.filter((name) => name.startsWith('actors/') && !name.endsWith('.test.ts'))) {
    const parsed = ts.createSourceFile(file, readProjectFile(file), ts.ScriptTarget.ES2023, true);
    const visit = (node: ts.Node): void => {
      const isImpure =
        (ts.isIdentifier(node) && forbidden.has(node.text) && !isNameOfMember(node)) ||
        (ts.isPropertyAccessExpression(node) && node.getText(parsed) === 'Math.random') ||
        node.kind === ts.SyntaxKind.AsyncKeyword ||
        ts.isAwaitExpression(node);
      if (isImpure)
        found.push(
          `${file}:${parsed.getLineAndCharacterOfPosition(node.getStart(parsed)).line + 1} ${node.getText(parsed)}`,
        );
      ts.forEachChild(node, visit);
    };
    visit(parsed);
  }
  assert.deepEqual(found, []);
});

test('the protocol and the SDK run in a browser: no module of node, no package but the codec', () => {
  const browser = ruled.filter(({ from }) => /^(server\/protocol|clients\/sdk)\//.test(from));
  assert.ok(browser.length > 0, 'server/protocol and clients/sdk are missing');
  const wrong = browser.filter(({ file, target }) => file === null && !/^msgpackr(\/|$)/.test(target));
  assert.deepEqual(wrong.map(describe), []);
});

test('the shop needs Angular and the codes drawn on tickets, and of the providers’ scripts the types', () => {
  const shop = ruled.filter(({ from, file }) => /^clients\/web\/.*\.ts$/.test(from) && file === null);
  assert.ok(shop.length > 10, 'clients/web is missing');
  const wrong = shop.filter(({ target, isTypeOnly }) => {
    // Card data is seen by the providers' own scripts, which come from them, and by nothing that we bundle.
    const isOfProvider = /^@(stripe\/stripe-js|paypal\/paypal-js)$/.test(target);
    return isOfProvider ? !isTypeOnly : !/^(@angular|qrcode)\//.test(target);
  });
  assert.deepEqual(wrong.map(describe), []);
});

test('one file alone imports uWebSockets.js, so that another socket layer can take its place', () => {
  const importers = ruled.filter(({ target }) => /^(uWebSockets\.js|uws-pack)/.test(target)).map(({ from }) => from);
  assert.deepEqual([...new Set(importers)], ['server/socket/uws-binding.ts']);
});

test('only storage talks to PostgreSQL; others may name its types', () => {
  const drivers = ruled.filter(
    ({ target, isTypeOnly }) => /^(pg|pg-copy-streams|node-pg-migrate)$/.test(target) && !isTypeOnly,
  );
  assert.deepEqual(drivers.filter(({ from }) => !from.startsWith('storage/')).map(describe), []);
});

test('no file imports itself over a detour', () => {
  const graph = new Map<string, string[]>(sources.map((file) => [file, []]));
  for (const { from, file, isTypeOnly } of imports) if (file !== null && !isTypeOnly) graph.get(from)?.push(file);
  assert.deepEqual(findCycle(graph), null);
});

test('the search for circles finds one', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', []],
    ['d', ['b']],
  ]);
  assert.deepEqual(findCycle(graph), ['b', 'd', 'b']);
});

test('every imported file exists, with the name it was given', () => {
  const known = new Set(projectFiles());
  assert.deepEqual(imports.filter(({ file }) => file !== null && !known.has(file)).map(describe), []);
});

test('no file is a drawer: utils, common, shared, helper, misc', () => {
  const drawer = /(^|[/.-])(utils?|commons?|shared|helpers?|misc|stuff|manager)([.-][\w.-]*)?$/;
  // A socket port shared by threads is a thing with a name.
  const wrong = projectFiles('.ts', '.mjs').filter((file) =>
    file.split('/').some((part) => drawer.test(part) && !part.startsWith('shared-port')),
  );
  assert.deepEqual(wrong, []);
});

function importsOf(from: string): Import[] {
  const parsed = ts.createSourceFile(from, readProjectFile(from), ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const note = (target: ts.Node | undefined, isTypeOnly: boolean): void => {
    if (target === undefined || !ts.isStringLiteralLike(target)) return;
    found.push({
      from,
      line: parsed.getLineAndCharacterOfPosition(target.getStart(parsed)).line + 1,
      target: target.text,
      file: target.text.startsWith('.') ? path.posix.join(path.posix.dirname(from), target.text) : null,
      isTypeOnly,
    });
  };
  const visit = (node: ts.Node): void => {
    // `import { type A }` stays an import of the module (verbatimModuleSyntax); only `import type` goes.
    if (ts.isImportDeclaration(node)) note(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    else if (ts.isExportDeclaration(node)) note(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) note(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      note(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return found;
}

function folderOf(file: string): (typeof MAY_IMPORT)[number] | undefined {
  return MAY_IMPORT.find(([folder]) => file.startsWith(`${folder}/`));
}

function describe({ from, line, target }: Import): string {
  return `${from}:${line} imports ${target}`;
}

/** `x.Date`, `{ Date: 1 }` and the like are names of ours. */
function isNameOfMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) &&
    parent.name === node
  );
}

/** One circle as its files in order, the first repeated at the end; null when there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): readonly string[] | null => {
    if (done.has(file)) return null;
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    way.push(file);
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    way.pop();
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file);
    if (cycle !== null) return cycle;
  }
  return null;
}
