import {UsageError} from '../errors.ts';
import {defaultPath} from '../image/container-config.ts';
import type {ContainerConfig} from '../oci/image.ts';
import type {JobMount, RunJob} from '../runtime/job.ts';
import type {RunOptions, Volume} from './options.ts';

/** The config of a container: the image's, with what was said otherwise. An image that is committed from it has it too, as docker has it. */
export function containerConfig(image: ContainerConfig, options: RunOptions): ContainerConfig {
	const {command = [], entrypoint, env = [], workdir, user} = options;
	const {Entrypoint, Cmd, ...rest} = image;
	const entry = entrypoint === undefined ? Entrypoint : entrypoint === '' ? undefined : [entrypoint];
	const words = command.length > 0 ? command : entrypoint === undefined ? Cmd : undefined;
	return {
		...rest,
		...(entry?.length ? {Entrypoint: entry} : {}),
		...(words?.length ? {Cmd: words} : {}),
		Env: env.reduce(withVariable, withPath(image.Env ?? [])),
		...(user === undefined ? {} : {User: user}),
		...(workdir === undefined ? {} : {WorkingDir: workdir}),
	};
}

/** What a container runs: its entrypoint with its command. A `UsageError` if that is nothing. */
export function containerArgv({Entrypoint, Cmd}: ContainerConfig, image: string): readonly string[] {
	const argv = [...(Entrypoint ?? []), ...(Cmd ?? [])];
	if (argv.length > 0) return argv;
	throw new UsageError('NO_COMMAND', `${image} does not say what to run`, {
		notes: ['it has neither ENTRYPOINT nor CMD'],
		help: [`say it: strata run ${image} PROGRAM`],
	});
}

/** The job of a container, as a RUN would have it. */
export function containerJob(
	{id, argv, config}: {readonly id: string; readonly argv: readonly string[]; readonly config: ContainerConfig},
	hosts: RunJob['hosts'],
	{volumes = [], network = 'host', terminal}: RunOptions,
): RunJob {
	return {
		id,
		argv,
		env: jobEnv(config.Env ?? [], {id, hasTerminal: terminal !== undefined}),
		cwd: config.WorkingDir?.startsWith('/') ? config.WorkingDir : `/${config.WorkingDir ?? ''}`,
		user: config.User ?? '',
		hostname: id,
		network: network === 'none' ? 'none' : 'default',
		security: 'sandbox',
		hosts,
		files: [],
		mounts: volumes.map(bindOf),
		...(terminal ? {terminal} : {}),
	};
}

/** The directories whose content is a volume's and no part of what the container changed, without a leading slash. */
export function volumePaths({Volumes = {}}: ContainerConfig): readonly string[] {
	return Object.keys(Volumes)
		.map(path => path.replace(/^\/+|\/+$/g, ''))
		.filter(path => path !== '');
}

function bindOf({source, target, readOnly}: Volume): JobMount {
	return {type: 'bind', source, target, readOnly};
}

/** What docker sets besides: the name of the host, and what kind of terminal there is. */
function jobEnv(
	env: readonly string[],
	{id, hasTerminal}: {readonly id: string; readonly hasTerminal: boolean},
): readonly string[] {
	return env.reduce(withVariable, [`HOSTNAME=${id}`, ...(hasTerminal ? ['TERM=xterm'] : [])]);
}

function withPath(env: readonly string[]): readonly string[] {
	return env.some(variable => variable.startsWith('PATH=')) ? env : [...env, `PATH=${defaultPath}`];
}

/** A variable that is there keeps its place. */
function withVariable(env: readonly string[], variable: string): readonly string[] {
	const [name = ''] = variable.split('=', 1);
	const at = env.findIndex(other => other.split('=', 1)[0] === name);
	return at === -1 ? [...env, variable] : env.with(at, variable);
}
