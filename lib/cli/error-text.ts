import {DockerfileError, type ExcerptLine, type Location, type StrataError} from '../errors.ts';
import {excerptLines, placeLine} from './excerpt.ts';
import {tidyHome} from './names.ts';
import {sanitizeLine} from './sanitize.ts';
import type {Shell} from './shell.ts';

/** What an error or a warning says: UX.md section 3. */
export interface Complaint {
	readonly message: string;
	readonly location?: Location | undefined;
	readonly excerpt?: readonly ExcerptLine[] | undefined;
	readonly notes?: readonly string[] | undefined;
	readonly help?: readonly string[] | undefined;
}

const shownAtOnce = 10;

/** An error as it is printed, and all others of the same Dockerfile below it. */
export function errorLines(error: StrataError, shell: Pick<Shell, 'err' | 'home'>): readonly string[] {
	const all = error instanceof DockerfileError ? [error, ...error.siblings.filter(other => other !== error)] : [error];
	const shown = all.slice(0, shownAtOnce).map(one => complaintLines('error', one, shell));
	const more = all.length - shownAtOnce;
	return [
		...shown.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines])),
		...(more > 0 ? ['', `and ${more} more`] : []),
	];
}

/** The reason, the place, the excerpt, facts, ways out. */
export function complaintLines(
	kind: 'error' | 'warning',
	{message, location, excerpt, notes = [], help = []}: Complaint,
	{err, home}: Pick<Shell, 'err' | 'home'>,
): readonly string[] {
	const word = kind === 'error' ? err.red('error:') : err.yellow('warning:');
	return [
		`${word} ${clean(message, home)}`,
		...(location ? [placeLine(location)] : []),
		...excerptLines(excerpt ?? [], location),
		...notes.flatMap(note => labelled('note: ', '      ', note, home)),
		...help.flatMap(way => labelled('help: ', '  ', way, home)),
	];
}

function labelled(label: string, hang: string, text: string, home: string): readonly string[] {
	return text.split('\n').map((line, at) => `${at === 0 ? label : hang}${clean(line.trimStart(), home)}`);
}

/** Names out of a Dockerfile are a stranger's: no escape sequence of theirs reaches the terminal. */
function clean(text: string, home: string): string {
	return tidyHome(
		text
			.split('\n')
			.map(line => sanitizeLine(line, {colors: false}))
			.join('\n'),
		home,
	);
}
