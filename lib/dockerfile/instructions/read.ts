import {DockerfileError} from '../../errors.ts';
import type {Instruction, InstructionName} from '../instruction.ts';
import {locationOf, type Statement} from '../statement.ts';
import {suggest} from '../suggest.ts';
import {readArg} from './arg.ts';
import {readCmd, readEntrypoint, readShell} from './command.ts';
import {readExpose} from './expose.ts';
import {readFrom} from './from.ts';
import {readHealthcheck} from './healthcheck.ts';
import {readOnbuild} from './onbuild.ts';
import {readRun} from './run.ts';
import {readMaintainer, readStopsignal, readUser, readWorkdir} from './single.ts';
import {readAdd, readCopy} from './transfer.ts';
import {readEnv, readLabel} from './values.ts';
import {readVolume} from './volume.ts';

const readers: {readonly [Name in InstructionName]: (statement: Statement) => Instruction & {readonly name: Name}} = {
	ADD: readAdd,
	ARG: readArg,
	CMD: readCmd,
	COPY: readCopy,
	ENTRYPOINT: readEntrypoint,
	ENV: readEnv,
	EXPOSE: readExpose,
	FROM: readFrom,
	HEALTHCHECK: readHealthcheck,
	LABEL: readLabel,
	MAINTAINER: readMaintainer,
	ONBUILD: statement => readOnbuild(statement, readInstruction),
	RUN: readRun,
	SHELL: readShell,
	STOPSIGNAL: readStopsignal,
	USER: readUser,
	VOLUME: readVolume,
	WORKDIR: readWorkdir,
};

/** The 18 instructions of the language. */
export const instructionNames = Object.keys(readers) as readonly InstructionName[];

/** Turns a statement into its typed instruction. `valid` are those that may stand there; it is only used for advice. */
export function readInstruction(statement: Statement, valid: readonly string[] = instructionNames): Instruction {
	const name = statement.keyword.text.toUpperCase();
	if (isName(name)) return readers[name](statement);
	const [nearest] = suggest(name, valid);
	throw new DockerfileError('UNKNOWN_INSTRUCTION', `unknown instruction ${statement.keyword.text}`, {
		location: locationOf(statement.keyword, statement),
		help: [nearest ? `did you mean ${nearest}?` : 'if it continues the line above, end that line with:  \\'],
	});
}

function isName(name: string): name is InstructionName {
	return Object.hasOwn(readers, name);
}
