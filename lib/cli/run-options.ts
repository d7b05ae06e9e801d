import {readFileSync, realpathSync} from 'node:fs';
import {resolve} from 'node:path';
import {UsageError} from '../errors.ts';
import type {RunOptions, Volume} from '../index.ts';
import type {Arguments} from './command.ts';
import {badValue} from './flag-value.ts';
import {hostsOf} from './host-flag.ts';
import type {Shell} from './shell.ts';

/** What a command line asks of a container, but for the store. */
export function runOptions(
	args: Arguments,
	{env, cwd, stdin, stdout}: Pick<Shell, 'env' | 'cwd' | 'stdin' | 'stdout'>,
): RunOptions {
	const [image, ...command] = args.words;
	if (image === undefined)
		throw new UsageError('WORDS', 'IMAGE is missing', {help: ['as in: strata run -it alpine sh']});
	const [entrypoint, user, name, runtime] = ['entrypoint', 'user', 'name', 'runtime'].map(flag => args.text(flag));
	const [workdir, platform] = ['workdir', 'platform'].map(flag => args.text(flag));
	return {
		image,
		command,
		env: [
			...args.texts('env-file').flatMap(file => fileVariables(file, {env, cwd})),
			...args.texts('env').flatMap(text => variable(text, env)),
		],
		volumes: args.texts('volume').map(text => volume(text, cwd)),
		network: args.text('network') === 'none' ? 'none' : 'host',
		hosts: hostsOf(args),
		keep: !args.has('rm'),
		pull: args.has('pull'),
		stdin: args.has('interactive'),
		...(entrypoint === undefined ? {} : {entrypoint}),
		...(user === undefined ? {} : {user}),
		...(name === undefined ? {} : {name: containerName(name)}),
		...(runtime === undefined ? {} : {runtime}),
		...(platform === undefined ? {} : {platform}),
		...(workdir === undefined ? {} : {workdir: absolute('--workdir (-w)', workdir)}),
		...(args.has('tty') ? {terminal: terminalOf({stdin, stdout})} : {}),
	};
}

/** What is to be said of `--publish`. A port that would have to get another number is an error. */
export function portNotes(args: Arguments): readonly string[] {
	return args.texts('publish').map(text => {
		const [, address, host, inside = host] =
			/^(?:(\d+(?:\.\d+){3}|\[[\da-f:]+\]):)?(\d+)(?::(\d+))?(?:\/(?:tcp|udp))?$/.exec(text) ?? [];
		if (host === undefined) throw badValue('--publish (-p)', text, '6379:6379');
		if (args.text('network') === 'none')
			throw new UsageError('FLAG_PAIR', `-p ${text} needs a network, and there is --network none`, {
				help: ['leave one of them out'],
			});
		if (host === inside && address !== undefined && !everyAddress.has(address))
			return `note: -p ${text} opens nothing: on which address it listens is said by the program, which has the network of this machine`;
		if (host === inside)
			return `note: -p ${text} is so already: the container has the network, and the ports, of this machine`;
		throw new UsageError('PORT', `-p ${text}: port ${inside} of the container cannot be port ${host} of this machine`, {
			notes: ['a container has the network of this machine, its ports are the same'],
			help: [`let the program listen on ${host}`],
		});
	});
}

const everyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);

/** `K` alone is taken from the environment, and not given where it is not there. */
function variable(text: string, env: NodeJS.ProcessEnv): readonly string[] {
	if (text.startsWith('=')) throw badValue('--env (-e)', text, 'NAME=value');
	if (text.includes('=')) return [text];
	const value = env[text];
	return value === undefined ? [] : [`${text}=${value}`];
}

/** As docker reads it: no quotes, and what follows `=` is the value as it is. */
function fileVariables(file: string, {env, cwd}: Pick<Shell, 'env' | 'cwd'>): readonly string[] {
	const lines = readLines(file, cwd).map(line => line.trimStart());
	return lines.flatMap((line, index) => {
		if (line === '' || line.startsWith('#')) return [];
		const [name = ''] = line.split('=', 1);
		if (name !== '' && !/\s/.test(name)) return variable(line, env);
		throw new UsageError('ENV_FILE', `--env-file: line ${index + 1} of ${file} begins with no name of a variable`, {
			help: ['as in: NAME=value'],
		});
	});
}

function readLines(file: string, cwd: string): readonly string[] {
	try {
		return readFileSync(resolve(cwd, file), 'utf8')
			.replace(/^\ufeff/, '')
			.split(/\r?\n/);
	} catch (error) {
		throw new UsageError('ENV_FILE', `--env-file: cannot read ${file}: ${reasonOf(error)}`, {
			help: ['as in: --env-file app.env'],
			cause: error,
		});
	}
}

/** `HOST:CTR[:ro]`. Marks for SELinux and for virtual machines say nothing here. */
function volume(text: string, cwd: string): Volume {
	const [from = '', target, modes = '', ...more] = text.split(':');
	if (target === undefined || more.length > 0) throw badValue('--volume (-v)', text, './data:/data:ro');
	const [unknown] = modes.split(',').filter(mode => !['', 'ro', 'rw', ...withoutEffect].includes(mode));
	if (unknown !== undefined) throw badValue('--volume (-v)', text, './data:/data:ro');
	if (!from.includes('/') && from !== '.' && from !== '..') {
		throw new UsageError('VOLUME', `-v ${text}: strata keeps no volumes with names`, {
			help: [`a folder: -v ./${from || 'data'}:${target || '/data'}`],
		});
	}
	return {
		source: sourceOf(from, {text, cwd}),
		target: absolute('--volume (-v)', target),
		readOnly: modes.split(',').includes('ro'),
	};
}

/** Where it really is: of a link, what that leads to. */
function sourceOf(from: string, {text, cwd}: {readonly text: string; readonly cwd: string}): string {
	try {
		return realpathSync(resolve(cwd, from));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT')
			throw new UsageError('VOLUME', `-v ${text}: there is no ${from}`, {help: [`make it: mkdir -p ${from}`]});
		throw new UsageError('VOLUME', `-v ${text}: cannot use ${from}: ${reasonOf(error)}`, {
			help: ['a folder or file that is there: -v ./data:/data'],
			cause: error,
		});
	}
}

/** `not a directory` of `ENOTDIR: not a directory, realpath '/x'`. */
function reasonOf(error: unknown): string {
	return (error as Error).message.replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/s, '');
}

const withoutEffect = ['z', 'Z', 'cached', 'delegated', 'consistent'];

function absolute(flag: string, path: string): string {
	if (path.startsWith('/')) return resolve(path);
	throw new UsageError('FLAG_VALUE', `${flag}: ${path || 'an empty path'} is no absolute path in the container`, {
		help: [`it begins with a slash: /${path}`],
	});
}

function containerName(name: string): string {
	if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return name;
	throw badValue('--name', name, 'redis-try');
}

function terminalOf({stdin, stdout}: Pick<Shell, 'stdin' | 'stdout'>): {columns: number; rows: number} {
	const missing = [stdin.isTTY ? [] : 'stdin', stdout.isTTY ? [] : 'stdout'].flat();
	if (missing.length === 0) return {columns: stdout.columns, rows: stdout.rows};
	throw new UsageError(
		'NO_TERMINAL',
		`-t needs a terminal: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} none`,
		{
			help: ['without one, but with input: strata run -i IMAGE'],
		},
	);
}
