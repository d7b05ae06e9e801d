import {DockerfileError} from '../errors.ts';

/** What `--chmod` makes of a mode. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

interface Clause {
	readonly who: string;
	readonly operator: string;
	readonly permissions: string;
}

/** What a who-letter has: where its three bits begin, and its bit among setuid and setgid. */
const classes = [
	{letter: 'u', shift: 6, special: 0o4000},
	{letter: 'g', shift: 3, special: 0o2000},
	{letter: 'o', shift: 0, special: 0},
] as const;

/**
 * The meaning of a `--chmod`: octal up to 07777, or symbolic as in chmod(1), with a umask of 0 (CPY-8). Throws for anything else.
 */
export function parseChmod(text: string): ModeChange {
	if (/^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777) {
		const fixed = Number.parseInt(text, 8);
		return () => fixed;
	}
	const clauses = text.split(',').flatMap(part => clausesOf(part) ?? refuse(text));
	return (mode, isDirectory) => clauses.reduce((current, clause) => applyClause(current, clause, isDirectory), mode);
}

/** `go=u-w` is one who with two operations. */
function clausesOf(part: string): Clause[] | undefined {
	const match = /^([ugoa]*)((?:[-+=](?:[ugo]|[rwxXst]*))+)$/.exec(part);
	if (!match) return undefined;
	const [, who = '', operations = ''] = match;
	const letters = who === '' || who.includes('a') ? 'ugo' : who;
	return [...operations.matchAll(/([-+=])([ugorwxXst]*)/g)].map(([, operator = '', permissions = '']) => ({
		who: letters,
		operator,
		permissions,
	}));
}

function applyClause(mode: number, {who, operator, permissions}: Clause, isDirectory: boolean): number {
	const bits = bitsOf(permissions, {mode, who, isDirectory});
	if (operator === '+') return mode | bits;
	if (operator === '-') return mode & ~bits;
	return (mode & ~maskOf(who)) | bits;
}

/** The bits that permissions mean for the classes of `who`, in a file that now has `mode`. */
function bitsOf(
	permissions: string,
	{mode, who, isDirectory}: {mode: number; who: string; isDirectory: boolean},
): number {
	const runs = permissions.includes('x') || (permissions.includes('X') && (isDirectory || (mode & 0o111) !== 0));
	const copied = classes.find(({letter}) => letter === permissions);
	const plain = (permissions.includes('r') ? 4 : 0) | (permissions.includes('w') ? 2 : 0) | (runs ? 1 : 0);
	const three = copied ? (mode >> copied.shift) & 7 : plain;
	let bits = permissions.includes('t') && who === 'ugo' ? 0o1000 : 0;
	for (const {letter, shift, special} of classes) {
		if (!who.includes(letter)) continue;
		bits |= (three << shift) | (permissions.includes('s') ? special : 0);
	}
	return bits;
}

function maskOf(who: string): number {
	const masks = classes.filter(({letter}) => who.includes(letter)).map(({shift, special}) => (7 << shift) | special);
	return masks.reduce((all, mask) => all | mask, who === 'ugo' ? 0o1000 : 0);
}

function refuse(text: string): never {
	throw new DockerfileError('CHMOD', `--chmod=${text} is no mode`, {
		help: ['octal, as in --chmod=755', 'or symbolic, as in --chmod=u=rwX,go=rX'],
	});
}
