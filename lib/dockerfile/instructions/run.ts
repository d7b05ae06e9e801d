import {fault} from '../fault.ts';
import {type Flag, flagValue} from '../flags.ts';
import type {RunInstruction} from '../instruction.ts';
import type {Statement} from '../statement.ts';
import {suggest} from '../suggest.ts';
import {readCommand} from './command.ts';
import {readDevice} from './device.ts';
import {headerOf} from './header.ts';
import {readMount} from './mount.ts';

const networks = ['default', 'none', 'host'] as const;
const securities = ['sandbox', 'insecure'] as const;

/** `RUN [flags] command`: a script for the shell, JSON, or heredocs (SURFACE 1.6). */
export function readRun(statement: Statement): RunInstruction {
	const header = headerOf(statement, {mount: 'list', network: 'value', security: 'value', device: 'list'});
	const network = readChoice('network', networks, {flags: header.flags, statement});
	const security = readChoice('security', securities, {flags: header.flags, statement});
	const each = <T>(name: string, read: (flag: Flag) => T) => header.flags.filter(flag => flag.name === name).map(read);
	return {
		...header,
		name: 'RUN',
		command: readCommand(statement.rest, statement),
		mounts: each('mount', readMount),
		...(network ? {network} : {}),
		...(security ? {security} : {}),
		devices: each('device', readDevice),
	};
}

function readChoice<T extends string>(
	name: string,
	choices: readonly T[],
	{flags, statement}: {readonly flags: readonly Flag[]; readonly statement: Statement},
): T | undefined {
	const value = flagValue(flags, name);
	const choice = choices.find(known => known === value);
	if (!value || choice) return choice;
	const [nearest] = suggest(value, choices);
	throw fault(statement, `--${name} is ${choices.join(' or ')}, not ${value}`, {
		span: statement.flags.find(span => span.text.startsWith(`--${name}=`)),
		help: nearest ? [`did you mean --${name}=${nearest}?`] : [],
	});
}
