import {cpus, release} from 'node:os';

/** Where and when it was measured. */
export function machine() {
	const [cpu] = cpus();
	return {
		date: new Date().toISOString().slice(0, 10),
		cpus: cpus().length,
		cpu: cpu?.model ?? '',
		kernel: release(),
		node: process.version,
	};
}

/** The runs of a scenario summed up: medians, the ratio to buildah, and whether it is within its limit. */
export function summary({id, what, limit, builders}) {
	const summed = Object.fromEntries(Object.entries(builders).map(([name, runs]) => [name, medians(runs)]));
	const {strata, buildah} = summed;
	if (!strata || !buildah) return {id, what, ...summed};
	const ratio = strata.seconds / buildah.seconds;
	return {id, what, limit, ratio, within: ratio <= limit, size: strata.size / buildah.size, ...summed};
}

function medians(runs) {
	const of = key => median(runs.flatMap(run => run[key] ?? []));
	return {
		seconds: of('seconds'),
		cpu: of('cpu'),
		size: of('size'),
		peak: Math.max(0, ...runs.flatMap(run => run.peak ?? [])),
		runs: runs.flatMap(run => run.seconds ?? []),
	};
}

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

/** The table, one scenario a line: seconds, ratio and its limit, CPU seconds, peak memory, size of the layers against buildah's. */
export function printTable(summaries, {machine, limits}) {
	console.log(`\n${machine.date}, ${machine.cpus} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}`);
	for (const [name, value] of Object.entries(limits))
		console.log(`  ${name}: ${value >= 100 ? value.toFixed(0) : value.toFixed(2)}`);
	console.log('\n       strata  buildah  ratio  limit       cpu  buildah    peak  layers');
	for (const line of summaries) console.log(row(line));
}

function row({id, what, strata, buildah, ratio, limit, within, size}) {
	const cells = [
		id.padEnd(4),
		time(strata?.seconds, 8),
		time(buildah?.seconds, 8),
		number(ratio, 6),
		number(limit, 6),
		ratio === undefined ? '    ' : within ? ' ok ' : ' NO ',
		time(strata?.cpu, 7),
		time(buildah?.cpu, 8),
		strata?.peak ? `${Math.round(strata.peak / 1e6)} MB`.padStart(7) : '      -',
		number(size, 7),
	];
	return `${cells.join(' ')}  ${what}`;
}

function time(value, width) {
	return (value === undefined ? '-' : `${value.toFixed(2)}s`).padStart(width);
}

function number(value, width) {
	return (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(2)).padStart(width);
}
