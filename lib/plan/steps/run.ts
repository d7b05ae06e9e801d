import {heredocText, parseHeredoc} from '../../dockerfile/heredoc.ts';
import type {RunInstruction} from '../../dockerfile/instruction.ts';
import {DockerfileError} from '../../errors.ts';
import {planMounts} from '../mount.ts';
import type {Heredoc} from '../plan.ts';
import {proxyEnvironment} from '../proxy.ts';
import type {Scope} from '../scope.ts';
import {argvOf} from './config.ts';
import {expanderOf, origin, type Planned, type Turn} from './draft.ts';

export function planRun(turn: Turn<RunInstruction>): Planned {
	const {instruction, scope, surroundings} = turn;
	const {command, heredocs} = commandOf(instruction, scope);
	refuseDevices(instruction);
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
			network: instruction.network ?? surroundings.network,
			security: instruction.security ?? 'sandbox',
			mounts: planMounts(turn, expanderOf(turn)),
			heredocs,
			...(instruction.mounts.length > 0 ? {marks: instruction.mounts.map(({location}) => location)} : {}),
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
	throw new DockerfileError('NO_COMMAND', 'RUN: the command is empty', {location});
}

/** Devices need an entitlement that an unprivileged user cannot give. */
function refuseDevices({devices}: RunInstruction): void {
	const [device] = devices.filter(({required}) => required);
	if (!device) return;
	throw new DockerfileError('DEVICE_UNSUPPORTED', `RUN: the device ${device.name} cannot be given to a step`, {
		location: device.location,
		help: ['without required, the step runs and does without it'],
	});
}

/** A proxy that an ARG or ENV names is part of the environment already. */
function isSet(variable: string, {environment}: Scope): boolean {
	return environment.has(variable.slice(0, variable.indexOf('=')));
}
