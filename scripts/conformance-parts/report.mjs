import {undecided} from './decisions.mjs';
import {suiteOf} from './families.mjs';

/** The share of each group of families that must pass: issue 3. Where there is none, all must but the exceptions. */
const thresholds = [
	{name: 'parser', suites: ['parser']},
	{name: 'real', suites: ['real']},
	{name: 'integration', suites: ['integration'], percent: 97},
	{name: 'conformance', suites: ['conformance'], percent: 97},
	{name: 'kaniko and classic', suites: ['kaniko', 'classic'], percent: 95},
];

/** Prints what a case came to, if it did not simply pass. */
export function printResult(result) {
	const {state, reason, family, id, exception, notes = [], agreements = [], kept} = result;
	if (state === 'failed') console.log(`${exception ? 'exception' : 'FAILED'} ${family} ${id}: ${reason}`);
	if (state === 'passed' && exception) console.log(`FAILED ${family} ${id}: an exception that passes`);
	if (state === 'passed' && undecided(result)) console.log(`FAILED ${family} ${id}: ${undecided(result)}`);
	for (const note of notes) console.log(`  note: ${id}: ${note}`);
	for (const {name, others} of agreements)
		if (others.length > 0) console.log(`  as ${name}: ${family} ${id}: ${others.join(' ⏎ ')}`);
	if (kept) console.log(`  kept: ${kept}`);
}

/**
 * Prints a line for each family, what was not run or checked in part only, how much of each suite passes, and the counts in
 * a last line. Answers the exit code: 1 if a case failed that is no exception, or an exception passed.
 */
export function printTable(results, notRun) {
	printParts(results);
	for (const [reason, count] of countsOf(notRun, one => `${suiteOf(one.family)}: ${one.notRun}`))
		console.log(`not run ${String(count).padStart(3)} × ${reason}`);
	const families = [...new Set(results.map(({family}) => family))];
	const rows = families.map(name =>
		row(
			name,
			results.filter(({family}) => family === name),
		),
	);
	printRows([['family', 'cases', 'passed', 'excepted', 'failed'], ...rows, row('all', results)]);
	printShares(results);
	const [, , passed, excepted, failed] = row('all', results);
	console.log(`${passed} passed, ${failed} failed, ${excepted + notRun.length} skipped`);
	return failed > 0 ? 1 : 0;
}

/** Whether a result must be looked at: a failure without an exception, an exception that is none any more, or what is undecided. */
function isWrong(result) {
	const {state, exception} = result;
	return state === 'passed' ? exception !== undefined || undecided(result) !== undefined : exception === undefined;
}

function isExcepted({state, exception}) {
	return state === 'failed' && exception !== undefined;
}

/** Cases that passed with something unchecked, by what that is. */
function printParts(results) {
	const parts = results.filter(({state, unchecked = []}) => state === 'passed' && unchecked.length > 0);
	for (const {family, id, unchecked} of parts)
		console.log(`checked in part: ${family} ${id}: not ${unchecked.join('; ')}`);
}

function countsOf(list, keyOf) {
	const counts = new Map();
	for (const one of list) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
	return [...counts].sort(([, a], [, b]) => b - a);
}

function row(name, results) {
	const count = test => results.filter(test).length;
	return [
		name,
		results.length,
		count(one => one.state === 'passed' && !isWrong(one)),
		count(isExcepted),
		count(isWrong),
	];
}

/** Excepted cases count as not passed. */
function printShares(results) {
	for (const {name, suites, percent} of thresholds) {
		const cases = results.filter(({family}) => suites.includes(suiteOf(family)));
		if (cases.length === 0) continue;
		const share = (100 * cases.filter(({state}) => state === 'passed').length) / cases.length;
		console.log(`${name}: ${share.toFixed(1)} % pass, ${percent ? `${percent} %` : 'all but the exceptions'} must`);
	}
}

function printRows(rows) {
	const [first, ...rest] = rows[0].map((_, column) => Math.max(...rows.map(cells => String(cells[column]).length)));
	for (const [name, ...numbers] of rows) {
		console.log(
			[name.padEnd(first), ...numbers.map((number, index) => String(number).padStart(rest[index]))].join('  '),
		);
	}
}
