import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {rmSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {promisify} from 'node:util';
import {deflateRaw} from 'node:zlib';
import {generator} from './contexts.mjs';

const block = 1 << 20;

/** What the machine can do at best, in this very run: MB/s, and seconds for a Node that does nothing. */
export async function limits(tree) {
	const data = generator('limits').text(128 * block);
	return {
		'sha256, one core, MB/s': rate(data.length, await seconds(() => createHash('sha256').update(data).digest())),
		'deflate level 4, all cores, MB/s': rate(data.length, await seconds(() => compress(data))),
		...(tree && {'cp of the S4 tree, s': await seconds(() => copy(tree))}),
		'node -e 0, s': await seconds(() => execFileSync(process.execPath, ['-e', '0'])),
	};
}

/** Node's own threads, of which there are four, are enough for two cores. */
async function compress(data) {
	const starts = Array.from({length: data.length / block}, (_, index) => index * block).values();
	const hand = async () => {
		for (const start of starts) await promisify(deflateRaw)(data.subarray(start, start + block), {level: 4});
	};
	await Promise.all(Array.from({length: 2 * availableParallelism()}, hand));
}

function copy(tree) {
	execFileSync('cp', ['-a', tree, `${tree}-copy`]);
	rmSync(`${tree}-copy`, {recursive: true});
}

async function seconds(action) {
	const start = process.hrtime.bigint();
	await action();
	return Number(process.hrtime.bigint() - start) / 1e9;
}

function rate(bytes, time) {
	return bytes / 1e6 / time;
}
