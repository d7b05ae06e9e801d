import {join} from 'node:path';
import {generator, writeContext} from './contexts.mjs';
import {measure, settleDisk} from './measure.mjs';
import {from} from './scenarios.mjs';

/** How cost grows, one thing at a time: each series is ten times as much a line, or four times as many steps. */
const series = [
	{unit: 'files', sizes: [1_000, 10_000, 100_000], context: count => copyOf(count, count * 4_000)},
	{unit: 'MB', sizes: [10, 100, 1_000], context: megabytes => copyOf(1_000, megabytes * 1e6)},
	{
		unit: 'steps',
		sizes: [5, 50, 200],
		context: count => ({dockerfile: [from(), ...Array.from({length: count}, (_, at) => `RUN echo ${at} >/${at}`)]}),
	},
];

/** Builds each size twice: anew, on a warm base, and again with nothing changed. Prints seconds, CPU seconds and peak memory of both. */
export async function scale(builder, {work, user, prepareHome, print}) {
	const lines = [];
	for (const {unit, sizes, context} of series) {
		for (const size of sizes) {
			const folder = join(work, `scale-${unit}-${size}`);
			writeContext(folder, context(size));
			const home = prepareHome('scale');
			const line = {size: `${size} ${unit}`, first: await build(), again: await build()};
			lines.push(line);
			if (print) console.log(row(line));

			async function build() {
				settleDisk();
				const [command] = builder.commands(home, folder);
				return measure(command, {user, home, watch: true});
			}
		}
	}
	if (!print) console.log(JSON.stringify(lines, undefined, '\t'));
}

function copyOf(count, bytes) {
	return {dockerfile: ['FROM scratch', 'COPY src src'], files: generator(`${count} ${bytes}`).files(count, bytes)};
}

function row({size, first, again}) {
	const cell = ({seconds, cpu, peak}) =>
		`${seconds.toFixed(2)}s  cpu ${cpu?.toFixed(2) ?? '-'}s  ${Math.round(peak / 1e6)} MB`.padStart(30);
	return `${size.padEnd(14)} ${cell(first)}   again ${cell(again)}`;
}
