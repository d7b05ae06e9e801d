import {fault} from '../fault.ts';
import {flagValue} from '../flags.ts';
import type {HealthcheckInstruction, HealthcheckText, InstructionCommon} from '../instruction.ts';
import {type Span, trimmed, within} from '../span.ts';
import type {Statement} from '../statement.ts';
import {readCommand} from './command.ts';
import {commonOf} from './common.ts';
import {parseDuration} from './duration.ts';

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
	const common = commonOf(statement, flags);
	const {rest} = statement;
	const length = /\s/.exec(rest.text)?.index ?? rest.width;
	const type = within(rest, 0, length);
	const args = trimmed(within(rest, length, rest.width));
	return {...common, name: 'HEALTHCHECK', healthcheck: readCheck({statement, common, type, args})};
}

interface Parts {
	readonly statement: Statement;
	readonly common: InstructionCommon;
	readonly type: Span;
	readonly args: Span;
}

function readCheck({statement, common, type, args}: Parts): HealthcheckText {
	switch (type.text.toUpperCase()) {
		case 'NONE':
			if (args.text !== '') throw fault(statement, 'NONE takes no arguments', {span: args});
			return {Test: ['NONE'], ...none};
		case 'CMD':
			return {
				Test: readTest(args, statement),
				Interval: readDuration('interval', common, statement),
				Timeout: readDuration('timeout', common, statement),
				StartPeriod: readDuration('start-period', common, statement),
				StartInterval: readDuration('start-interval', common, statement),
				Retries: readRetries(common, statement),
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

function readDuration(name: string, common: InstructionCommon, statement: Statement): number {
	const text = flagValue(common.flags, name);
	if (!text) return 0;
	const nanoseconds = parseDuration(text);
	if (nanoseconds === 0 || (nanoseconds !== undefined && nanoseconds >= 1e6)) return nanoseconds;
	const reason = nanoseconds === undefined ? 'is no duration' : 'is less than 1ms';
	throw fault(statement, `--${name}: ${text} ${reason}`, {
		span: flagSpan(name, statement),
		help: [`as in: --${name}=30s`],
	});
}

function readRetries(common: InstructionCommon, statement: Statement): number {
	const text = flagValue(common.flags, 'retries');
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
