import {closeSync, openSync, readSync} from 'node:fs';
import type {LogChunk} from './catalog.ts';

type Piece = Omit<LogChunk, 'step'>;

/** The most that is held in memory of an index. */
const blockSize = 1 << 20;

/**
 * What a step prints, by the index beside its log: `milliseconds stream offset length` a chunk. Each call answers with
 * what came since the last one: nothing for a step that printed nothing, which has no log.
 */
export function stepLog(file: string): () => Generator<Piece> {
	const nextLine = lineReader(`${file}.idx`);
	return function* () {
		for (let line = nextLine(); line !== undefined; line = nextLine()) yield* pieceAt(file, line);
	};
}

function* pieceAt(file: string, line: string): Generator<Piece> {
	const [t = '', stream = '', offset = '', length = ''] = line.split(' ');
	const data = readAt(file, Number(offset), Number(length));
	if (data.length > 0) yield {stream: stream === 'stderr' ? 'stderr' : 'stdout', t: Number(t), data};
}

/** Each call answers with the next whole line, or undefined while there is none. */
function lineReader(file: string): () => string | undefined {
	let position = 0;
	let lines: string[] = [];
	return () => {
		if (lines.length === 0) {
			const text = readAt(file, position, blockSize).toString('latin1');
			const whole = text.slice(0, text.lastIndexOf('\n') + 1);
			position += whole.length;
			lines = whole === '' ? [] : whole.slice(0, -1).split('\n').reverse();
		}
		return lines.pop();
	};
}

/** At most `length` bytes; none if the file is not there yet. */
function readAt(file: string, position: number, length: number): Buffer {
	let descriptor: number;
	try {
		descriptor = openSync(file, 'r');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
		throw error;
	}
	try {
		const data = Buffer.alloc(length);
		return data.subarray(0, readSync(descriptor, data, 0, length, position));
	} finally {
		closeSync(descriptor);
	}
}
