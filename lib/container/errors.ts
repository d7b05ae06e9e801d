import {MachineError, StepError, type StrataError} from '../errors.ts';

/** What the worker says of a RUN, said of a container. */
export function reworded(error: unknown): unknown {
	if (!(error instanceof StepError || error instanceof MachineError)) return error;
	const {notes, cause} = error;
	const code = codeOf(error);
	const Same = error instanceof StepError ? StepError : MachineError;
	return new Same(code, withoutRun(error.message), {notes, help: helpFor(code, error.help), cause});
}

/** Runtimes tell in words only why a program did not start. */
function codeOf({code, notes}: StrataError): string {
	const said = notes.join('\n');
	if (code !== 'RUNTIME_FAILED') return code;
	if (/permission denied|exec format error|is a directory/i.test(said)) return 'PROGRAM_UNUSABLE';
	return /no such file or directory|not found/i.test(said) ? 'PROGRAM_MISSING' : code;
}

function withoutRun(message: string): string {
	return message
		.replace(/^RUN: (--mount: )?/, '')
		.replace(/ of RUN$/, '')
		.replace(/\bRUN\b/g, 'a container');
}

const better: Readonly<Record<string, string>> = {
	PROGRAM_MISSING: 'another program: strata run IMAGE PROGRAM',
	PROGRAM_UNUSABLE: 'look at its mode and its kind: strata run IMAGE ls -l',
};

/** What can be done about it in a Dockerfile helps nobody who has none. */
function helpFor(code: string, help: readonly string[]): readonly string[] {
	const own = better[code];
	if (own !== undefined) return [own];
	return help.filter(way => !/\bRUN\b|\bCOPY\b|\bWORKDIR\b/.test(way)).map(way => way.replace('target=', 'place'));
}
