/**
 * Moby's patterns as they are described and as its walk asks them, one character after the other, with no regard for time. Each directory on
 * the way to `path` is asked about first: a pattern that matched it holds for all below; one that cannot change the verdict is not asked.
 */
export function slowlyMatches(patterns: readonly string[], path: string): boolean {
	const names = path.split('/');
	const holds = new Set<number>();
	let verdict = false;
	for (const [depth] of names.entries()) {
		const candidate = [...names.slice(0, depth + 1).join('/')];
		verdict = false;
		for (const [index, pattern] of patterns.entries()) {
			const negated = pattern.startsWith('!');
			const glob = [...(negated ? pattern.slice(1) : pattern)];
			if (!holds.has(index) && (negated !== verdict || !matchesWhole(glob, candidate))) continue;
			holds.add(index);
			verdict = !negated;
		}
	}
	return verdict;
}

/** The patterns of an ignore file, cleaned as moby does it: without their `!`, and then with it. */
export function slowlyRead(text: string): readonly string[] {
	const patterns: string[] = [];
	for (const line of (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n')) {
		if (line.startsWith('#') || line.trim() === '') continue;
		const bang = line.trim().startsWith('!') ? '!' : '';
		const written = line.trim().slice(bang.length).trim();
		patterns.push(clean(bang + (written && clean(written))));
	}
	return patterns;
}

function clean(path: string): string {
	const names: string[] = [];
	for (const name of path.split('/')) {
		if (name === '..' && names.length > 0 && names.at(-1) !== '..') names.pop();
		else if (name === '..' && path.startsWith('/')) continue;
		else if (name !== '' && name !== '.') names.push(name);
	}
	return names.join('/') || (path.startsWith('/') ? '/' : '.');
}

/** Two stars and then nothing but plain text are the one thing that is no question of directories. */
function matchesWhole(glob: readonly string[], text: readonly string[]): boolean {
	const rest = glob.slice(2).join('');
	if (glob[0] === '*' && glob[1] === '*' && !rest.startsWith('/') && !/[*?[\]\\]/.test(rest)) {
		return text.join('').endsWith(rest);
	}
	return matches(glob, text);
}

function matches(glob: readonly string[], text: readonly string[]): boolean {
	const [first, second] = glob;
	if (first === undefined) return text.length === 0;
	if (first === '*' && second === '*') return matchesAnyDepth(glob, text);
	if (first === '*') return matches(glob.slice(1), text) || (isPlain(text[0]) && matches(glob, text.slice(1)));
	if (first === '?') return isPlain(text[0]) && matches(glob.slice(1), text.slice(1));
	if (first === '[') return matchesClass(glob, text);
	const escaped = first === '\\';
	return text[0] === (escaped ? second : first) && matches(glob.slice(escaped ? 2 : 1), text.slice(1));
}

/** At the end, anything; elsewhere nothing, or anything up to a slash. */
function matchesAnyDepth(glob: readonly string[], text: readonly string[]): boolean {
	const rest = glob.slice(glob[2] === '/' ? 3 : 2);
	if (rest.length === 0) return true;
	return matches(rest, text) || text.some((character, at) => character === '/' && matches(rest, text.slice(at + 1)));
}

/** Members are characters, `\` and a character, and ranges of these. */
function matchesClass(glob: readonly string[], text: readonly string[]): boolean {
	const character = text[0];
	const negated = glob[1] === '^';
	let at = negated ? 2 : 1;
	let isMember = false;
	const member = () => {
		if (glob[at] === '\\') at += 1;
		at += 1;
		return glob[at - 1] ?? '';
	};
	while (glob[at] !== ']') {
		const low = member();
		if (glob[at] === '-') at += 1;
		const high = glob[at - 1] === '-' ? member() : low;
		if (character !== undefined && low <= character && character <= high) isMember = true;
	}
	return character !== undefined && isMember !== negated && matches(glob.slice(at + 1), text.slice(1));
}

function isPlain(character: string | undefined): boolean {
	return character !== undefined && character !== '/';
}
