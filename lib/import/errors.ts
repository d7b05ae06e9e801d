import {StepError, UsageError} from '../errors.ts';
import {Malformed, readError} from '../layer/errors.ts';

/** Which archive is refused: what was to be done with it, what people call it, and what they can do. */
export interface Refusal {
	readonly deed: 'load' | 'import';
	readonly name: string;
	readonly help: readonly string[];
}

/** `error`, if it is a complaint about what is in an archive, as one that a person can act on. */
export function badArchive(error: unknown, {deed, name, help}: Refusal): unknown {
	const told = readError(name, error);
	if (!(told instanceof StepError) || told.code !== 'MALFORMED') return error;
	const {cause} = told;
	const reason = cause instanceof Malformed ? cause.message : told.message.replace(/^cannot read .*?: /, '');
	const why = cause instanceof Malformed && cause.why ? cause.why.split('\n') : [];
	return new UsageError('BAD_ARCHIVE', `cannot ${deed} ${name}: ${reason}`, {
		notes: [...why, 'nothing of it was kept'],
		help,
		cause: error,
	});
}
