import {
	closeSync,
	existsSync,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
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
	/** Writes down that nothing more comes. */
	end(): void;
}

/** `build.json` of a folder of logs. */
export interface BuildDescription {
	readonly build: string;
	/** ISO 8601. */
	readonly at: string;
	readonly names: readonly string[];
	readonly steps: readonly {readonly id: string; readonly label: string; readonly text: string}[];
}

/** What is written besides: by `ended`, or a `pid` that is no more, one knows that the build is over. */
interface Written extends BuildDescription {
	readonly pid: number;
	readonly ended?: string;
}

const buildsKept = 20;

/** Makes the folder, and removes those of all but the last 20 builds, and those that go on. */
export function buildLogs(root: string, build: string): BuildLogs {
	const folder = join(root, 'logs', build);
	mkdirSync(folder, {recursive: true});
	removeOld(join(root, 'logs'));
	let written: Written | undefined;
	const write = (facts: Written) => {
		written = facts;
		writeFileSync(join(folder, 'build.json'), JSON.stringify(facts));
	};
	return {
		fileOf: step => join(folder, `${step}.log`),
		describe: description => write({...description, pid: process.pid}),
		end() {
			if (written && existsSync(folder)) write({...written, ended: new Date().toISOString()});
		},
	};
}

function removeOld(folder: string): void {
	const byAge = readdirSync(folder)
		.map(name => ({
			path: join(folder, name),
			time: statSync(join(folder, name), {throwIfNoEntry: false})?.mtimeMs ?? 0,
		}))
		.sort((a, b) => b.time - a.time);
	const old = byAge.slice(buildsKept).filter(({path}) => !goesOn(path));
	for (const {path} of old) rmSync(path, {recursive: true, force: true});
}

function goesOn(folder: string): boolean {
	try {
		const {pid, ended} = JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')) as Partial<Written>;
		return ended === undefined && pid !== undefined && process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
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
