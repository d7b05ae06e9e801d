import {text} from 'node:stream/consumers';
import {UsageError} from '../../errors.ts';
import {ask} from '../ask.ts';
import {askSecret} from '../ask-secret.ts';
import type {Arguments, Command} from '../command.ts';
import {json, reachFlags} from '../flags.ts';
import {tidyHome} from '../names.ts';
import {printJson} from '../print.ts';
import {reachOf} from '../reach-flags.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'login',
	usage: '[flags] [REGISTRY]',
	purpose: [
		'Log in to a registry; docker.io if none is named. The login is kept where docker',
		'and podman find it too: in docker’s config.json, or in the helper that it names.',
		'REGISTRY may be a part of one: registry.example.com/team.',
	],
	flags: [
		{name: 'username', short: 'u', value: 'NAME', text: 'asked for if it is not given'},
		{name: 'password-stdin', text: 'read the password, or a token, from stdin'},
		...reachFlags,
		{...json, text: 'the result as data'},
	],
	layout: 'list',
	examples: ['strata login registry.example.com', 'strata login -u me --password-stdin localhost:5000 <token'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 1, 'strata login registry.example.com');
	const [registry = 'docker.io'] = args.words;
	const username = args.text('username') ?? (await askName(args, shell));
	if (username === '') throw incomplete();
	const password = args.has('password-stdin')
		? (await text(shell.stdin)).replace(/\r?\n$/, '')
		: await askSecret('Password: ', shell);
	if (password === '') throw incomplete();
	const {login} = await import('../../index.ts');
	const done = await login(registry, {username, password}, reachOf(args));
	if (args.has('json')) printJson(done, shell);
	else {
		const place = done.helper === undefined ? `in clear text in ${done.file}` : `by docker-credential-${done.helper}`;
		shell.stderr.write(`logged in to ${done.registry} as ${username}, kept ${tidyHome(place, shell.home)}\n`);
	}
	return 0;
}

function incomplete(): UsageError {
	return new UsageError('NO_LOGIN', 'a login needs a name and a password', {
		help: ['as in: strata login -u NAME --password-stdin REGISTRY <FILE'],
	});
}

async function askName(args: Arguments, {stdin, stderr}: Shell): Promise<string> {
	if (!stdin.isTTY || args.has('password-stdin')) {
		throw new UsageError('NO_LOGIN', 'the name of the user is missing', {help: ['as in: strata login -u NAME']});
	}
	return (await ask('Username: ', {stdin, stderr})).trim();
}
