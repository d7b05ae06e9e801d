import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {corpus} from './families.mjs';

const surface = join(corpus, '../SURFACE.md');
const reasons = new URL('../../spec/conformance/rows.json', import.meta.url);

/**
 * Prints which rows of the language (SURFACE.md, section 1) a spec or a probe names, and which none does. Answers the exit
 * code: 1 if one is named nowhere and spec/conformance/rows.json has no reason for it.
 */
export function printRows() {
	if (!existsSync(surface)) {
		console.error(`error: ${surface} is not on this machine`);
		return 1;
	}
	const named = namedRows();
	const {rows: excused} = JSON.parse(readFileSync(reasons, 'utf8'));
	const rows = rowsOf(readFileSync(surface, 'utf8'));
	const open = rows.filter(row => !named.has(row));
	for (const row of rows.filter(row => named.has(row)))
		console.log(`${row.padEnd(7)} ${[...named.get(row)].join(' ')}`);
	for (const row of open) console.log(`${row.padEnd(7)} not covered: ${excused[row] ?? 'NO REASON'}`);
	const wrong = open.filter(row => !(row in excused));
	const idle = Object.keys(excused).filter(row => !open.includes(row));
	for (const row of idle) console.log(`${row.padEnd(7)} has a reason, and is covered or no row`);
	console.log(
		`${rows.length} rows, ${rows.length - open.length} covered, ${open.length} not, ${wrong.length} of them without a reason`,
	);
	return wrong.length + idle.length > 0 ? 1 : 0;
}

/** The ids of section 1, in its tables, its lists of rules and of regressions. */
function rowsOf(text) {
	const section = text.slice(text.indexOf('\n# 1. '), text.indexOf('\n# 2. '));
	const cells = [...section.matchAll(/(?:^|\| )([A-Z]+-\d+)(?= \|)/gm)].map(([, id]) => id);
	const listed = [...section.matchAll(/(?:^|[·,:] )((?:FE|W)-\d+) /gm)].map(([, id]) => id);
	return [...new Set([...cells, ...listed])];
}

/** Where each row is named by a title, as in `(CPY-4, VAR-1 to VAR-13)`. What only a comment says is no spec. */
function namedRows() {
	const named = new Map();
	const add = (row, file) => named.set(row, (named.get(row) ?? new Set()).add(file));
	for (const file of readdirSync('spec', {recursive: true}).filter(name => /\.ts$|probes\.json$/.test(name))) {
		const text = readFileSync(join('spec', file), 'utf8').replaceAll(/^\s*(?:\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm, '');
		for (const [, kind, first, , last = first] of text.matchAll(/\b([A-Z]+)-(\d+)(?: to (\1)-(\d+))?\b/g)) {
			for (let number = Number(first); number <= Number(last); number += 1) add(`${kind}-${number}`, file);
		}
	}
	return named;
}
