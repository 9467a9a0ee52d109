/** `poltrona completion SHELL`: prints what makes the shell complete commands, options and their values. */
import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from './completion-scripts.ts';
import { completionTree } from './completion-tree.ts';
import type { CliPorts } from './ports.ts';

const HELP = `
Examples:
  $ poltrona completion bash > ~/.local/share/bash-completion/completions/poltrona
  $ poltrona completion zsh > ~/.zfunc/_poltrona          with "fpath+=~/.zfunc" before compinit in ~/.zshrc
  $ poltrona completion fish > ~/.config/fish/completions/poltrona.fish

Or for this shell only: source <(poltrona completion bash). Make it again after an update.`;

/** Adds `completion` to `program`, of whose commands it is made when it is asked for. */
export function registerCompletion(program: Command, ports: CliPorts): void {
  program
    .command('completion')
    .description('print a completion script for your shell')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => ports.out(completionScript(shell, completionTree(program)).trimEnd()));
}
