import {DockerfileError, type Location} from '../errors.ts';
import {type Directive, escapeOf, findSyntax, readDirectives} from './directives.ts';
import type {Dockerfile, StageText} from './dockerfile.ts';
import type {ArgInstruction, Instruction} from './instruction.ts';
import {instructionNames, readInstruction} from './instructions/read.ts';
import {splitLines} from './lines.ts';
import {readStatements, type Statement} from './statement.ts';
import {frontendError, isForeign} from './syntax.ts';

/** How many errors of one text are told. */
const maxErrors = 10;

/** What can be read of a text, be it a Dockerfile or not. */
export interface Reading {
	readonly file: string;
	readonly directives: readonly Directive[];
	/** Those above the first error. */
	readonly instructions: readonly Instruction[];
	/** Absent if there is an error. */
	readonly dockerfile?: Dockerfile;
	/** The first of up to ten, the others among its `siblings`. */
	readonly error?: DockerfileError;
}

/**
 * Reads a Dockerfile. Throws the first of up to ten DockerfileErrors, the others among its `siblings`, and nothing else,
 * whatever the text.
 */
export function parseDockerfile(text: string, file: string): Dockerfile {
	const {dockerfile, error} = readDockerfile(text, file);
	if (!dockerfile) throw error;
	return dockerfile;
}

/** Reads as much of a Dockerfile as can be read. Never throws. */
export function readDockerfile(text: string, file: string): Reading {
	let read: Omit<Reading, 'dockerfile' | 'error'> = {file, directives: [], instructions: []};
	try {
		const lines = splitLines(text, file);
		const directives = readDirectives(lines, file);
		const syntax = findSyntax(lines, directives);
		const head = {file, escape: escapeOf(directives, file)};
		const {statements, failure} = readStatements({...head, lines, next: 0}, directives.at(-1)?.line ?? 0);
		const {instructions, sound, errors} = readAll(statements);
		// what breaks off the reading of statements is told before any instruction is looked at
		read = {file, directives, instructions: failure ? [] : sound};
		if (failure) errors.push(failure);
		if (errors.length === 0 && instructions.length === 0) errors.push(nothing(text, file));
		if (errors.length === 0) {
			const grouped = {...head, directives, ...group(instructions, errors, file)};
			if (errors.length === 0) return {...read, dockerfile: syntax ? {...grouped, syntax} : grouped};
		}
		// a text in another language breaks all rules of ours: what is wrong is its first line
		return {...read, error: together(syntax && isForeign(syntax) ? [frontendError(syntax, file), ...errors] : errors)};
	} catch (error) {
		if (error instanceof DockerfileError) return {...read, error};
		throw error;
	}
}

/** Reads one instruction that was kept as text, such as an ONBUILD trigger; all its words lie at `location`. */
export function parseInstruction(text: string, location: Location): Instruction {
	const {file, start} = location;
	const lines = splitLines(text, file);
	const {statements, failure} = readStatements({lines, file, escape: '\\', next: 0}, 0);
	const [statement, ...others] = statements;
	const error = failure ?? (statement && others.length === 0 ? undefined : notOne(text));
	if (error || !statement) throw error;
	const pieces = [{offset: 0, line: start, column: 1}];
	try {
		return relocate(readInstruction({...statement, pieces, start, end: start}), location);
	} catch (caught) {
		if (caught instanceof DockerfileError) caught.location = location;
		throw caught;
	}
}

/** Gives everything in an instruction one place. */
function relocate<T>(value: T, location: Location): T {
	if (Array.isArray(value)) return value.map(item => relocate(item, location)) as T;
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value);
	return Object.fromEntries(
		entries.map(([key, part]) => [key, key === 'location' ? location : relocate(part, location)]),
	) as T;
}

function readAll(statements: readonly Statement[]) {
	const instructions: Instruction[] = [];
	const sound: Instruction[] = [];
	const errors: DockerfileError[] = [];
	let valid: readonly string[] = ['FROM', 'ARG'];
	for (const statement of statements) {
		try {
			const instruction = readInstruction(statement, valid);
			instructions.push(instruction);
			if (instruction.name === 'FROM') valid = instructionNames;
			if (errors.length === 0) sound.push(instruction);
		} catch (error) {
			if (!(error instanceof DockerfileError)) throw error;
			errors.push(error);
			if (errors.length === maxErrors) break;
		}
	}
	return {instructions, sound, errors};
}

/** Puts each instruction into its stage. */
function group(instructions: readonly Instruction[], errors: DockerfileError[], file: string) {
	const args: ArgInstruction[] = [];
	const stages: (StageText & {readonly instructions: Instruction[]})[] = [];
	for (const instruction of instructions) {
		const stage = stages.at(-1);
		if (instruction.name === 'FROM') stages.push({from: instruction, instructions: []});
		else if (stage) stage.instructions.push(instruction);
		else if (instruction.name === 'ARG') args.push(instruction);
		else if (errors.length === 0) errors.push(tooEarly(instruction));
	}
	if (stages.length === 0 && errors.length === 0) errors.push(noStage(args, file));
	return {args, stages};
}

function together(errors: readonly DockerfileError[]): DockerfileError {
	const [first, ...siblings] = errors.slice(0, maxErrors);
	if (!first) throw new Error('no error to tell of');
	first.siblings = siblings;
	return first;
}

function nothing(text: string, file: string): DockerfileError {
	const reason = text.trim() === '' ? 'is empty' : 'has no instructions';
	return new DockerfileError('EMPTY_DOCKERFILE', `${file} ${reason}`, {help: ['it begins with FROM:  FROM alpine']});
}

function noStage(args: readonly ArgInstruction[], file: string): DockerfileError {
	const location = args.at(-1)?.location;
	return new DockerfileError('NO_STAGE', `${file} has no FROM`, {location, help: ['add below the ARGs:  FROM alpine']});
}

function tooEarly({name, keyword}: Instruction): DockerfileError {
	return new DockerfileError('NO_STAGE', `${name} stands before the first FROM`, {
		location: keyword.location,
		help: ['add above it:  FROM alpine', 'or, to start from nothing:  FROM scratch'],
	});
}

function notOne(text: string): DockerfileError {
	return new DockerfileError('BAD_TRIGGER', `ONBUILD: the trigger is not one instruction: ${text}`);
}
