import {fault} from '../fault.ts';
import {flagValue} from '../flags.ts';
import type {HealthcheckInstruction, HealthcheckText, InstructionCommon} from '../instruction.ts';
import {type Span, trimmed, within} from '../span.ts';
import type {Statement} from '../statement.ts';
import {readCommand} from './command.ts';
import {parseDuration} from './duration.ts';
import {headerOf} from './header.ts';

const flags = {
	interval: 'value',
	timeout: 'value',
	'start-period': 'value',
	'start-interval': 'value',
	retries: 'value',
} as const;

const help = ['HEALTHCHECK CMD curl -f http://localhost/', 'or none: HEALTHCHECK NONE'];
const none = {Interval: 0, Timeout: 0, StartPeriod: 0, StartInterval: 0, Retries: 0};

/** `HEALTHCHECK [flags] CMD command`, or `HEALTHCHECK NONE` (SURFACE HC-1). */
export function readHealthcheck(statement: Statement): HealthcheckInstruction {
	const header = headerOf(statement, flags);
	const {rest} = statement;
	const length = /\s/.exec(rest.text)?.index ?? rest.width;
	const type = within(rest, 0, length);
	const args = trimmed(within(rest, length, rest.width));
	return {...header, name: 'HEALTHCHECK', healthcheck: readCheck({statement, header, type, args})};
}

interface Parts {
	readonly statement: Statement;
	readonly header: InstructionCommon;
	readonly type: Span;
	readonly args: Span;
}

function readCheck({statement, header, type, args}: Parts): HealthcheckText {
	switch (type.text.toUpperCase()) {
		case 'NONE':
			if (args.text !== '') throw fault(statement, 'NONE takes no arguments', {span: args, help: ['HEALTHCHECK NONE']});
			return {Test: ['NONE'], ...none};
		case 'CMD':
			return {
				Test: readTest(args, statement),
				Interval: readDuration('interval', header, statement),
				Timeout: readDuration('timeout', header, statement),
				StartPeriod: readDuration('start-period', header, statement),
				StartInterval: readDuration('start-interval', header, statement),
				Retries: readRetries(header, statement),
			};
		case '':
			throw fault(statement, 'CMD or NONE is missing', {help});
		default:
			throw fault(statement, `${type.text} is neither CMD nor NONE`, {span: type, help});
	}
}

/** A script is run by the runtime's own shell: SHELL has no say in it. */
function readTest(args: Span, statement: Statement): readonly string[] {
	const command = readCommand(args, statement);
	if (command.form === 'exec' && command.argv.length > 0) return ['CMD', ...command.argv];
	if (command.form === 'shell' && command.script !== '') return ['CMD-SHELL', command.script];
	throw fault(statement, 'a command is missing after CMD', {help});
}

function readDuration(name: string, header: InstructionCommon, statement: Statement): number {
	const text = flagValue(header.flags, name);
	if (!text) return 0;
	const nanoseconds = parseDuration(text);
	if (nanoseconds === 0 || (nanoseconds !== undefined && nanoseconds >= 1e6)) return nanoseconds;
	const reason = nanoseconds === undefined ? 'is no duration' : 'is less than 1ms';
	throw fault(statement, `--${name}: ${text} ${reason}`, {
		span: flagSpan(name, statement),
		help: [`as in: --${name}=30s`],
	});
}

function readRetries(header: InstructionCommon, statement: Statement): number {
	const text = flagValue(header.flags, 'retries');
	if (!text) return 0;
	if (/^\+?\d{1,9}$/.test(text)) return Number(text);
	throw fault(statement, `--retries: ${text} is no whole number`, {
		span: flagSpan('retries', statement),
		help: ['as in: --retries=3'],
	});
}

function flagSpan(name: string, statement: Statement): Span | undefined {
	return statement.flags.find(span => span.text.startsWith(`--${name}=`));
}
