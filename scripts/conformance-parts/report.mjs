/** Prints what a case came to, if it did not simply pass. */
export function printResult({state, reason, family, id, exception, notes, kept}) {
	if (state === 'failed') console.log(`${exception ? 'exception' : 'FAILED'} ${family} ${id}: ${reason}`);
	if (state === 'passed' && exception) console.log(`no exception any more: ${family} ${id}`);
	for (const note of notes) console.log(`  note: ${id}: ${note}`);
	if (kept) console.log(`  kept: ${kept}`);
}

/** Prints a line for each family, and what this release lacks. Answers the exit code: 1 if something failed unexplained, or passed that should not. */
export function printTable(results) {
	printLater(results);
	const families = [...new Set(results.map(({family}) => family))];
	const rows = families.map(family =>
		row(
			family,
			results.filter(result => result.family === family),
		),
	);
	printRows([['family', 'cases', 'passed', 'later', 'decided', 'failed'], ...rows, row('all', results)]);
	const surprising = ({state, exception}) => (state === 'failed' && !exception) || (state === 'passed' && exception);
	return results.some(surprising) ? 1 : 0;
}

/** What this release lacks, and how many cases wait for it. */
function printLater(results) {
	const counts = new Map();
	for (const {state, reason} of results) {
		if (state === 'later') counts.set(reason, (counts.get(reason) ?? 0) + 1);
	}
	for (const [reason, count] of [...counts].sort(([, a], [, b]) => b - a))
		console.log(`later ${String(count).padStart(3)} × ${reason}`);
}

function row(name, results) {
	const count = test => results.filter(test).length;
	return [
		name,
		results.length,
		count(({state}) => state === 'passed'),
		count(({state}) => state === 'later'),
		count(({state, exception}) => state === 'failed' && exception),
		count(({state, exception}) => state === 'failed' && !exception),
	];
}

function printRows(rows) {
	const [first, ...rest] = rows[0].map((_, column) => Math.max(...rows.map(cells => String(cells[column]).length)));
	for (const [name, ...numbers] of rows) {
		console.log(
			[name.padEnd(first), ...numbers.map((number, index) => String(number).padStart(rest[index]))].join('  '),
		);
	}
}
