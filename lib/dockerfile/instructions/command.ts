import {commandText} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {CmdInstruction, Command, EntrypointInstruction, ShellInstruction} from '../instruction.ts';
import type {Span} from '../span.ts';
import type {Statement} from '../statement.ts';
import {headerOf} from './header.ts';

export function readCmd(statement: Statement): CmdInstruction {
	return {...headerOf(statement), name: 'CMD', command: readCommand(statement.rest, statement)};
}

export function readEntrypoint(statement: Statement): EntrypointInstruction {
	return {...headerOf(statement), name: 'ENTRYPOINT', command: readCommand(statement.rest, statement)};
}

/** `SHELL ["program", "argument"]`: JSON only (SURFACE SH-1). */
export function readShell(statement: Statement): ShellInstruction {
	const header = headerOf(statement);
	const command = readCommand(statement.rest, statement);
	if (command.form === 'exec' && command.argv.length > 0) return {...header, name: 'SHELL', argv: command.argv};
	const span = statement.rest.text === '' ? undefined : statement.rest;
	throw fault(statement, 'it needs a JSON array of a program and its arguments', {
		span,
		help: ['SHELL ["/bin/bash", "-c"]'],
	});
}

/** JSON that does not parse is a script (SURFACE PAR-3). */
export function readCommand(rest: Span, statement: Statement): Command {
	const read = commandText(rest, statement);
	return read.form === 'exec'
		? {form: 'exec', argv: read.argv.map(({text}) => text)}
		: {form: 'shell', script: read.script.text};
}
