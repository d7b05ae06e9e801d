/** Moby's patterns as they are described, one character after the other, with no regard for time: the last one that matches a path or what is above it. */
export function slowlyMatches(patterns: readonly string[], path: string): boolean {
	const names = path.split('/');
	const above = names.map((_, index) => names.slice(0, index + 1).join('/'));
	let verdict = false;
	for (const pattern of patterns) {
		const negated = pattern.startsWith('!');
		const glob = [...(negated ? pattern.slice(1) : pattern)];
		if (above.some(candidate => matches(glob, [...candidate]))) verdict = !negated;
	}
	return verdict;
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

function matchesClass(glob: readonly string[], text: readonly string[]): boolean {
	const end = glob.indexOf(']');
	const negated = glob[1] === '^';
	const members = glob.slice(negated ? 2 : 1, end).join('');
	const [low = '', high = low] = members.includes('-') ? members.split('-') : [];
	const character = text[0];
	if (character === undefined) return false;
	const isMember = low === '' ? members.includes(character) : low <= character && character <= high;
	return isMember !== negated && matches(glob.slice(end + 1), text.slice(1));
}

function isPlain(character: string | undefined): boolean {
	return character !== undefined && character !== '/';
}
