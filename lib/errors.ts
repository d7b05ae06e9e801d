/** What a process that ends with this error exits with: UX.md section 3. 1 is a bug of ours and has no class. */
export type ExitCode = 2 | 3 | 4 | 5 | 6 | 7 | 8 | 129 | 130 | 143;

/** A place in a Dockerfile (or another text). Lines and columns count from 1; `width` is in characters. */
export interface Location {
	/** Relative to the context, or as the user named it. */
	readonly file: string;
	readonly start: number;
	readonly end: number;
	readonly column?: number;
	readonly width?: number;
}

/** One line of the text that an error or warning points into. */
export interface ExcerptLine {
	readonly number: number;
	readonly text: string;
	readonly marked: boolean;
}

/** The facts an error carries besides its reason. */
export interface ErrorFacts {
	readonly location?: Location | undefined;
	/** Facts, each printed as `note:`. A line break makes a continuation line. */
	readonly notes?: readonly string[];
	/** Ways out, each printed as `help:`; what is to be typed ends the line, after a colon or two blanks. */
	readonly help?: readonly string[];
	readonly cause?: unknown;
}

/**
 * Every error a caller or a user can act on. The message is the reason: lower case, no full stop, as UX.md words it.
 * Whatever else escapes from strata is a bug.
 */
export abstract class StrataError extends Error {
	abstract readonly exitCode: ExitCode;
	readonly code: string;
	readonly notes: readonly string[];
	readonly help: readonly string[];
	location?: Location;
	/** Filled in once, by the build, which knows the text of the Dockerfile. */
	excerpt?: readonly ExcerptLine[];

	constructor(code: string, reason: string, facts: ErrorFacts = {}) {
		super(reason, facts.cause === undefined ? undefined : {cause: facts.cause});
		this.code = code;
		this.notes = facts.notes ?? [];
		this.help = facts.help ?? [];
		if (facts.location) this.location = facts.location;
	}
}

/** The request itself is wrong: a flag, a path, no Dockerfile. */
export class UsageError extends StrataError {
	override readonly name = 'UsageError';
	readonly exitCode = 2;
}

/** The Dockerfile, or what it names in the context, is wrong. */
export class DockerfileError extends StrataError {
	override readonly name = 'DockerfileError';
	readonly exitCode = 3;
	/** All errors found in the same text, this one first; at most ten are shown. */
	siblings: readonly DockerfileError[] = [];
}

/** A step failed for another reason than its program: an unknown USER, a checksum, an archive that leaves its root. */
export class StepError extends StrataError {
	override readonly name: string = 'StepError';
	readonly exitCode = 4;
}

/** A registry or the network refused, lied or was silent. */
export class RegistryError extends StrataError {
	override readonly name = 'RegistryError';
	readonly exitCode = 5;
}

/** The store cannot be read or written. */
export class StoreError extends StrataError {
	override readonly name = 'StoreError';
	readonly exitCode = 6;
}

/** This machine cannot do what is asked: no runtime, user namespaces forbidden. */
export class MachineError extends StrataError {
	override readonly name = 'MachineError';
	readonly exitCode = 7;
}

/** The linter found something, and `# check=error=true` makes that an error. */
export class CheckError extends StrataError {
	override readonly name = 'CheckError';
	readonly exitCode = 8;
}

/** The build was stopped by its AbortSignal, by `stop()` or by a signal of the process. */
export class AbortedError extends StrataError {
	override readonly name = 'AbortedError';
	exitCode: 129 | 130 | 143 = 130;
	/** The step that was running, if any. */
	step?: string;
}

/** The program of a RUN ended with a code other than 0, or by a signal. */
export class StepFailedError extends StrataError {
	override readonly name = 'StepFailedError';
	readonly exitCode = 4;
	readonly step: string;
	readonly command: readonly string[];
	readonly status: number | NodeJS.Signals;
	readonly logTail: readonly string[];
	readonly logFile: string;

	constructor(reason: string, outcome: StepFailure, facts: ErrorFacts = {}) {
		super('RUN_FAILED', reason, facts);
		this.step = outcome.step;
		this.command = outcome.command;
		this.status = outcome.status;
		this.logTail = outcome.logTail;
		this.logFile = outcome.logFile;
	}
}

/** How a program of a RUN ended. */
export interface StepFailure {
	readonly step: string;
	readonly command: readonly string[];
	readonly status: number | NodeJS.Signals;
	readonly logTail: readonly string[];
	readonly logFile: string;
}
