import {UsageError} from '../../errors.ts';
import type {Command} from '../command.ts';
import {commands} from '../commands.ts';
import {commandHelp, mainHelp} from '../help.ts';

export const command: Command = {
	name: 'help',
	usage: '[COMMAND]',
	purpose: ['Print what a command does and which flags it takes.'],
	flags: [],
	layout: 'short',
	examples: ['strata help', 'strata help build'],
	async run({words: [name]}, {stdout}) {
		if (name === undefined) {
			stdout.write(mainHelp);
			return 0;
		}
		const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
		if (!load)
			throw new UsageError('UNKNOWN_COMMAND', `unknown command ${name}`, {help: ['all commands: strata --help']});
		stdout.write(commandHelp((await load()).command));
		return 0;
	},
};
