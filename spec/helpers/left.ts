import {readdirSync, readFileSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import type {Place} from './place.ts';

/** Waits for the kernel to take all processes of the place away, and looks for mounts. */
export async function nothingIsLeft(t: ExecutionContext, place: Place): Promise<void> {
	for (let attempt = 0; attempt < 50 && processesOf(place).length > 0; attempt++)
		await new Promise(resolve => setTimeout(resolve, 100));
	t.deepEqual(processesOf(place), []);
	t.false(readFileSync('/proc/self/mounts', 'utf8').includes(place.folder));
}

/** Command lines of processes that have the place in them or in their environment. */
function processesOf(place: Place): readonly string[] {
	const all = readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== String(process.pid));
	const lines = all.map(pid => [read(`/proc/${pid}/cmdline`), read(`/proc/${pid}/environ`)] as const);
	return lines
		.filter(texts => texts.some(text => text.includes(place.folder)))
		.map(([line]) => line.replaceAll('\0', ' '));
}

function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
