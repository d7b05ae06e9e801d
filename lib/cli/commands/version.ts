import type {Command} from '../command.ts';

export const command: Command = {
	name: 'version',
	usage: '',
	purpose: ['Print the version.'],
	flags: [],
	layout: 'short',
	examples: ['strata version', 'strata --version'],
	async run(_args, {stdout}) {
		const {version} = await import('../../index.ts');
		stdout.write(`strata ${version}\n`);
		return 0;
	},
};
