import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {tidyHome} from '../names.ts';
import {printJson} from '../print.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'logout',
	usage: '[flags] [REGISTRY]',
	purpose: ['Take the login for a registry away, wherever it is kept; default: docker.io.'],
	flags: [{name: 'authfile', value: 'FILE', text: 'only from this file'}, json],
	layout: 'short',
	examples: ['strata logout registry.example.com', 'strata logout'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 1, 'strata logout registry.example.com');
	const [registry = 'docker.io'] = args.words;
	const authFile = args.text('authfile');
	const {logout} = await import('../../index.ts');
	const places = await logout(registry, authFile === undefined ? {} : {authFile});
	if (args.has('json')) printJson(places, shell);
	else if (places.length === 0) shell.stderr.write(`no login for ${registry} was kept\n`);
	else
		for (const place of places)
			shell.stderr.write(`removed the login for ${registry} in ${tidyHome(place, shell.home)}\n`);
	return 0;
}
