import {fault} from '../fault.ts';
import type {
	MaintainerInstruction,
	StopsignalInstruction,
	UserInstruction,
	WorkdirInstruction,
} from '../instruction.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

export function readUser(statement: Statement): UserInstruction {
	return {...headerOf(statement), name: 'USER', user: readSingle(statement, 'a user is missing', 'USER 1000')};
}

export function readWorkdir(statement: Statement): WorkdirInstruction {
	return {...headerOf(statement), name: 'WORKDIR', path: readSingle(statement, 'a path is missing', 'WORKDIR /app')};
}

export function readStopsignal(statement: Statement): StopsignalInstruction {
	return {
		...headerOf(statement),
		name: 'STOPSIGNAL',
		signal: readSingle(statement, 'a signal is missing', 'STOPSIGNAL SIGTERM'),
	};
}

export function readMaintainer(statement: Statement): MaintainerInstruction {
	return {
		...headerOf(statement),
		name: 'MAINTAINER',
		author: readSingle(statement, 'a name is missing', 'LABEL org.opencontainers.image.authors=NAME').text,
	};
}

/** The whole rest of the line is one argument, blanks and quotes included. */
function readSingle(statement: Statement, reason: string, example: string) {
	if (statement.rest.text === '') throw fault(statement, reason, {help: [`as in: ${example}`]});
	return wordOf(statement.rest, statement);
}
