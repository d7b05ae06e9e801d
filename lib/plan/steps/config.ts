import type {
	CmdInstruction,
	Command,
	EntrypointInstruction,
	HealthcheckInstruction,
	MaintainerInstruction,
	OnbuildInstruction,
	ShellInstruction,
	UserInstruction,
} from '../../dockerfile/instruction.ts';
import type {Healthcheck} from '../../oci/image.ts';
import {healthcheckText, plainList, quotedList} from '../go.ts';
import type {Scope} from '../scope.ts';
import {configStep, expanderOf, type Planned, type Turn} from './draft.ts';

export function planCmd(turn: Turn<CmdInstruction>): Planned {
	const command = configured(turn.instruction.command, turn.scope);
	return {
		step: configStep(turn, {set: 'cmd', ...command}, `CMD ${quotedList(command.argv)}`),
		scope: turn.scope,
	};
}

export function planEntrypoint(turn: Turn<EntrypointInstruction>): Planned {
	const command = configured(turn.instruction.command, turn.scope);
	return {
		step: configStep(turn, {set: 'entrypoint', ...command}, `ENTRYPOINT ${quotedList(command.argv)}`),
		scope: turn.scope,
	};
}

/** The program and arguments of a command; a script is handed to the SHELL in force. */
export function argvOf(command: Command, {shell}: Scope): readonly string[] {
	return command.form === 'exec' ? command.argv : [...shell, command.script];
}

export function planShell(turn: Turn<ShellInstruction>): Planned {
	const {argv} = turn.instruction;
	return {
		step: configStep(turn, {set: 'shell', argv}, `SHELL ${plainList(argv)}`),
		scope: {...turn.scope, shell: argv},
	};
}

/** USER is kept as it is; what it names is looked up when a program runs (SURFACE USR-1). */
export function planUser(turn: Turn<UserInstruction>): Planned {
	const {text, location} = turn.instruction.user;
	const user = expanderOf(turn)(text, location);
	return {step: configStep(turn, {set: 'user', user}, `USER ${user}`), scope: {...turn.scope, user}};
}

export function planHealthcheck(turn: Turn<HealthcheckInstruction>): Planned {
	const {Test, ...numbers} = turn.instruction.healthcheck;
	const given = Object.entries(numbers).filter(([, value]) => value !== 0);
	const healthcheck: Healthcheck = {Test, ...Object.fromEntries(given)};
	const createdBy = `HEALTHCHECK ${healthcheckText(healthcheck)}`;
	return {step: configStep(turn, {set: 'healthcheck', healthcheck}, createdBy), scope: turn.scope};
}

export function planMaintainer(turn: Turn<MaintainerInstruction>): Planned {
	const {author} = turn.instruction;
	return {step: configStep(turn, {set: 'author', author}, `MAINTAINER ${author}`), scope: turn.scope};
}

/** ONBUILD leaves no entry in the history (SURFACE ONB-1). */
export function planOnbuild(turn: Turn<OnbuildInstruction>): Planned {
	return {step: configStep(turn, {set: 'onbuild', trigger: turn.instruction.trigger}), scope: turn.scope};
}

function configured(command: Command, scope: Scope) {
	return {argv: argvOf(command, scope), shellForm: command.form === 'shell'};
}
