import {
	closeSync,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';

/** The folder of one build's logs: ROOT/logs/BUILD. */
export interface BuildLogs {
	/** Where the raw output of a step goes; `.idx` lies beside it. */
	fileOf(step: string): string;
	/** Writes down which steps there are, so that `strata logs` can name them. */
	describe(description: BuildDescription): void;
}

/** `build.json` of a folder of logs. */
export interface BuildDescription {
	readonly build: string;
	/** ISO 8601. */
	readonly at: string;
	readonly names: readonly string[];
	readonly steps: readonly {readonly id: string; readonly label: string; readonly text: string}[];
}

const buildsKept = 20;

/** Makes the folder, and removes those of all but the last 20 builds. */
export function buildLogs(root: string, build: string): BuildLogs {
	const folder = join(root, 'logs', build);
	mkdirSync(folder, {recursive: true});
	removeOld(join(root, 'logs'));
	return {
		fileOf: step => join(folder, `${step}.log`),
		describe: description => writeFileSync(join(folder, 'build.json'), JSON.stringify(description)),
	};
}

function removeOld(folder: string): void {
	const byAge = readdirSync(folder)
		.map(name => ({
			path: join(folder, name),
			time: statSync(join(folder, name), {throwIfNoEntry: false})?.mtimeMs ?? 0,
		}))
		.sort((a, b) => b.time - a.time);
	for (const {path} of byAge.slice(buildsKept)) rmSync(path, {recursive: true, force: true});
}

/** How many lines a log has, and its last ones; only its end is held in memory. */
export function logTail(file: string, count: number): {readonly lines: number; readonly last: readonly string[]} {
	if (!statSync(file, {throwIfNoEntry: false})) return {lines: 0, last: []};
	const descriptor = openSync(file, 'r');
	try {
		const tail = readTail(descriptor);
		const last = tail.replace(/\n$/, '').split('\n').slice(-count);
		return {lines: countLines(descriptor), last: tail === '' ? [] : last};
	} finally {
		closeSync(descriptor);
	}
}

function readTail(descriptor: number): string {
	const {size} = fstatSync(descriptor);
	const tail = Buffer.alloc(Math.min(size, 64 * 1024));
	readSync(descriptor, tail, 0, tail.length, size - tail.length);
	return tail.toString('utf8');
}

function countLines(descriptor: number): number {
	const chunk = Buffer.alloc(1024 * 1024);
	let lines = 0;
	let endsOpen = false;
	for (let at = 0; ; ) {
		const read = readSync(descriptor, chunk, 0, chunk.length, at);
		if (read === 0) return lines + (endsOpen ? 1 : 0);
		for (let byte = chunk.indexOf(10); byte !== -1 && byte < read; byte = chunk.indexOf(10, byte + 1)) lines += 1;
		endsOpen = chunk[read - 1] !== 10;
		at += read;
	}
}
