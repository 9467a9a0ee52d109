/**
 * Completion scripts for three shells, written out of the tree of commands. They hold the words themselves and start no program:
 * a completion that waits for Node would be slower than typing.
 */
import type { CompletionNode, CompletionOption } from './completion-tree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script of `shell` for the commands of `nodes`. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  switch (shell) {
    case 'bash':
      return bash(nodes);
    case 'zsh':
      return zsh(nodes);
    case 'fish':
      return fish(nodes);
  }
}

function bash(nodes: readonly CompletionNode[]): string {
  return `# Completion of poltrona for bash, made by "poltrona completion bash".
_poltrona() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' next word commands options files values
  local i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    next="\${path:+$path }$word"
    case "$next" in
${cases(paths(nodes), () => '      path=$next')}
    esac
  done
  case "$path" in
${cases(nodes, ({ words, options, takesFiles }) =>
  [
    `      commands=${quoted(words.map(({ name }) => name).join(' '))}`,
    `      options=${quoted(options.flatMap(({ names }) => names).join(' '))}`,
    `      files=${takesFiles ? 'yes' : 'no'}`,
  ].join('\n'),
)}
  esac
  values='-'
  case "$path|$previous" in
${cases(valuesOf(nodes), ({ choices, isFile }) => `      values=${isFile ? 'files' : quoted(choices.join(' '))}`)}
  esac
  if [[ $values == files ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  elif [[ $values != '-' ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $commands ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  elif [[ $files == yes ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _poltrona poltrona
`;
}

// zsh has special variables called path, commands and options.
function zsh(nodes: readonly CompletionNode[]): string {
  return `#compdef poltrona
# Completion of poltrona for zsh, made by "poltrona completion zsh".
_poltrona() {
  local at='' next word values='-' files=no
  local -a subs flags
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    next="\${at:+$at }$word"
    case "$next" in
${cases(paths(nodes), () => '      at=$next')}
    esac
  done
  case "$at" in
${cases(nodes, ({ words, options, takesFiles }) =>
  [
    `      subs=(${words.map(({ name, about }) => quoted(described(name, about))).join(' ')})`,
    `      flags=(${options.flatMap(({ names, about }) => names.map((name) => quoted(described(name, about)))).join(' ')})`,
    `      files=${takesFiles ? 'yes' : 'no'}`,
  ].join('\n'),
)}
  esac
  case "$at|\${words[CURRENT-1]}" in
${cases(valuesOf(nodes), ({ choices, isFile }) => `      values=${isFile ? 'files' : quoted(choices.join(' '))}`)}
  esac
  if [[ $values == files ]]; then
    _files
  elif [[ $values != '-' ]]; then
    compadd -- \${=values}
  elif [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option flags
  elif (( \${#subs} )); then
    _describe command subs
  elif [[ $files == yes ]]; then
    _files
  fi
}
if [[ \${funcstack[1]} == _poltrona ]]; then
  _poltrona "$@"
else
  compdef _poltrona poltrona
fi
`;
}

function fish(nodes: readonly CompletionNode[]): string {
  const known = paths(nodes).map(({ path }) => quotedFish(path));
  const lines = nodes.flatMap((node) => {
    const when = `-n ${quotedFish(`__poltrona_at '${node.path}'`)}`;
    return [
      ...node.words.map(
        ({ name, about }) => `complete -c poltrona ${when} -f -a ${quotedFish(name)} -d ${quotedFish(about)}`,
      ),
      ...node.options.map((option) => `complete -c poltrona ${when} ${fishOption(option)}`),
      ...(node.takesFiles ? [`complete -c poltrona ${when} -F`] : []),
    ];
  });
  return `# Completion of poltrona for fish, made by "poltrona completion fish".
function __poltrona_at
    set -l known ${known.join(' ')}
    set -l path
    for word in (commandline -opc)[2..-1]
        set -l next (string join -- ' ' $path $word)
        contains -- $next $known; and set path $path $word
    end
    test "$path" = "$argv[1]"
end
complete -c poltrona -f
${lines.join('\n')}
`;
}

function fishOption({ names, about, takesValue, choices, isFile }: CompletionOption): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const values = !takesValue
    ? ''
    : isFile
      ? ' -r -F'
      : ` -x${choices.length === 0 ? '' : ` -a ${quotedFish(choices.join(' '))}`}`;
  return `-f ${flags.join(' ')}${values} -d ${quotedFish(about)}`.replace(/^-f (.*-F)/, '$1');
}

function paths(nodes: readonly CompletionNode[]): CompletionNode[] {
  return nodes.filter(({ path }) => path !== '');
}

interface Value {
  readonly path: string;
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

/** "screenings list|--limit": after such a word a value is meant, and no command. */
function valuesOf(nodes: readonly CompletionNode[]): Value[] {
  return nodes.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .flatMap(({ names, choices, isFile }) => names.map((name) => ({ path: `${path}|${name}`, choices, isFile }))),
  );
}

/** Branches of a case statement; those that say the same are one. */
function cases<Branch extends { readonly path: string }>(
  branches: readonly Branch[],
  body: (branch: Branch) => string,
): string {
  const patterns = new Map<string, string[]>();
  for (const branch of branches) {
    const text = body(branch);
    patterns.set(text, [...(patterns.get(text) ?? []), quoted(branch.path)]);
  }
  return [...patterns].map(([text, names]) => `    ${names.join(' | ')})\n${text}\n      ;;`).join('\n');
}

/** zsh separates name and description with a colon. */
function described(name: string, about: string): string {
  return `${name.replaceAll(':', '\\:')}:${about}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
