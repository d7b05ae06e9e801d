import {closeSync, fstatSync, mkdirSync, openSync} from 'node:fs';
import {dirname} from 'node:path';
import {performance} from 'node:perf_hooks';
import {writeAll} from '../bytes.ts';
import type {RunOutput} from './worker.ts';

/** The log of a step: raw output, and beside it an index. */
export interface OutputLog extends Disposable {
	/** Appends; the answer says where it lies. */
	append(stream: RunOutput['stream'], data: Uint8Array): RunOutput;
}

/** Opens `path` and `path.idx`, one line `milliseconds stream offset length` a chunk, for appending. Written before anybody hears of it. */
export function openLog(path: string): OutputLog {
	mkdirSync(dirname(path), {recursive: true});
	const log = openSync(path, 'a', 0o644);
	const index = openSync(`${path}.idx`, 'a', 0o644);
	const start = performance.now();
	let offset = fstatSync(log).size;
	return {
		append: (stream, data) => {
			const at = offset;
			writeAll(log, data);
			offset += data.length;
			const elapsed = Math.round(performance.now() - start);
			writeAll(index, Buffer.from(`${elapsed} ${stream} ${at} ${data.length}\n`));
			return {stream, offset: at, data};
		},
		[Symbol.dispose]: () => {
			closeSync(log);
			closeSync(index);
		},
	};
}
