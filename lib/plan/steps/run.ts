import {heredocText, parseHeredoc} from '../../dockerfile/heredoc.ts';
import type {RunInstruction} from '../../dockerfile/instruction.ts';
import {DockerfileError, type Location} from '../../errors.ts';
import {planMounts} from '../mount.ts';
import type {AskedEntitlement, Heredoc} from '../plan.ts';
import {proxyEnvironment} from '../proxy.ts';
import type {Scope} from '../scope.ts';
import {argvOf} from './config.ts';
import {expanderOf, origin, type Planned, type Turn} from './draft.ts';

export function planRun(turn: Turn<RunInstruction>): Planned {
	const {instruction, scope, surroundings} = turn;
	const {command, heredocs} = commandOf(instruction, scope);
	return {
		step: {
			kind: 'run',
			...origin(instruction),
			createdBy: `RUN ${[...argsText(scope), ...command].join(' ')} # buildkit`,
			command,
			env: [...scope.environment].map(([name, value]) => `${name}=${value}`),
			proxyEnv: proxyEnvironment(surroundings.buildArgs).filter(variable => !isSet(variable, scope)),
			user: scope.user,
			workdir: scope.workdir,
			network: networkOf(instruction) ?? surroundings.network,
			security: instruction.security ?? 'sandbox',
			...unlessEmpty('devices', instruction.devices),
			...unlessEmpty('entitlements', entitlementsOf(instruction)),
			mounts: planMounts(turn, expanderOf(turn)),
			heredocs,
			...unlessEmpty(
				'marks',
				instruction.mounts.map(({location}) => location),
			),
		},
		scope,
	};
}

/** `|2 A=1 B=2`: the args in scope, with the values the program saw (SURFACE HIS-1). */
function argsText({args, environment}: Scope): readonly string[] {
	const texts = [...args].map(([name, value]) => `${name}=${environment.get(name) ?? value ?? ''}`);
	return texts.length > 0 ? [`|${texts.length}`, ...texts] : [];
}

/**
 * The argv. A heredoc alone is a script, or a program if it begins with `#!`; with words around it, the shell reads the
 * text as it was written (SURFACE PAR-12).
 */
function commandOf(
	instruction: RunInstruction,
	scope: Scope,
): {command: readonly string[]; heredocs: readonly Heredoc[]} {
	const {command, heredocs} = instruction;
	const [only] = heredocs;
	if (command.form === 'exec' || !only) return {command: checkedArgv(instruction, scope), heredocs: []};
	const inShell = (script: string) => argvOf({form: 'shell', script}, scope);
	if (!parseHeredoc(command.script)) {
		const bodies = heredocs.map(({content, name}) => `\n${content}${name}`);
		return {command: inShell(command.script + bodies.join('')), heredocs: []};
	}
	const content = heredocText(only);
	if (!content.startsWith('#!')) return {command: inShell(content), heredocs: []};
	return {command: inShell(`/dev/pipes/${only.name}`), heredocs: [{name: only.name, content, mode: 0o755}]};
}

function checkedArgv({command, location}: RunInstruction, scope: Scope): readonly string[] {
	const argv = argvOf(command, scope);
	if (argv.length > 0) return argv;
	throw new DockerfileError('NO_COMMAND', 'RUN: the command is empty', {location, help: ['as in: RUN make']});
}

function unlessEmpty<Name extends string, T>(name: Name, list: readonly T[]): {readonly [Key in Name]?: readonly T[]} {
	return list.length > 0 ? ({[name]: list} as {[Key in Name]: readonly T[]}) : {};
}

/** `--network=default` is no flag at all: the network is that of the build (SURFACE RUN-9). */
function networkOf({network}: RunInstruction): 'none' | 'host' | undefined {
	return network === 'default' ? undefined : network;
}

/** SURFACE RUN-9, RUN-10. */
function entitlementsOf(instruction: RunInstruction): readonly AskedEntitlement[] {
	const asked = (name: AskedEntitlement['name'], flag: string) => ({name, location: placeOf(flag, instruction)});
	return [
		...(instruction.network === 'host' ? [asked('network.host', 'network')] : []),
		...(instruction.security === 'insecure' ? [asked('security.insecure', 'security')] : []),
	];
}

function placeOf(name: string, {flags, location}: RunInstruction): Location {
	return flags.find(flag => flag.name === name)?.location ?? location;
}

/** A proxy that an ARG or ENV names is part of the environment already. */
function isSet(variable: string, {environment}: Scope): boolean {
	return environment.has(variable.slice(0, variable.indexOf('=')));
}
