/** The commands of a program as the shells' completions need them: by path, with their options and the values these take. */
import type { Command, Option } from 'commander';

export interface CompletionNode {
  /** "screenings list"; empty for the program itself. */
  readonly path: string;
  /** What may come next: commands, and the values of arguments that have a list of them. */
  readonly words: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletionOption[];
  /** It takes names of files. */
  readonly takesFiles: boolean;
}

export interface CompletionOption {
  /** "--json", and "-h" where there is one. */
  readonly names: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** What the value may be; empty: anything, or a file. */
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

/** Every command of `program`, itself first. */
export function completionTree(program: Command): CompletionNode[] {
  return visit(program, []);
}

function visit(command: Command, path: readonly string[]): CompletionNode[] {
  const help = command.createHelp();
  // Every group has a "help" of its own; one is enough, and --help does the same.
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const node: CompletionNode = {
    path: path.join(' '),
    words: [
      ...children.flatMap((child) =>
        [child.name(), ...child.aliases()].map((name) => ({ name, about: oneLine(child.description()) })),
      ),
      ...command.registeredArguments.flatMap((argument) =>
        (argument.argChoices ?? []).map((name) => ({ name, about: oneLine(argument.description) })),
      ),
    ],
    options: help.visibleOptions(command).map(optionOf),
    takesFiles: command.registeredArguments.some((argument) => argument.name() === 'file'),
  };
  return [
    node,
    ...children.flatMap((child) => [child.name(), ...child.aliases()].flatMap((name) => visit(child, [...path, name]))),
  ];
}

function optionOf(option: Option): CompletionOption {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  return {
    names,
    about: oneLine(option.description),
    takesValue,
    choices: option.argChoices ?? [],
    isFile: takesValue && /<file>|<folder>/.test(option.flags),
  };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
