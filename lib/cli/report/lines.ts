import {StringDecoder} from 'node:string_decoder';
import type {EventOf} from './reporter.ts';

/** Cuts output into lines, whatever pieces it comes in. A line longer than `limit` characters comes in several. */
export interface LineCutter {
	push(data: Uint8Array): readonly string[];
	/** As `push`, where no more than the last `count` lines matter: of much output only its end is looked at. */
	pushLast(data: Uint8Array, count: number): readonly string[];
	/** What stands in the last line so far. */
	readonly open: string;
	/** Ends the last line, if there is one. */
	flush(): readonly string[];
}

export function lineCutter(limit = 16_384): LineCutter {
	let decoder = new StringDecoder('utf8');
	let open = '';
	const push = (data: Uint8Array) => {
		const lines = (open + decoder.write(Buffer.from(data))).split('\n');
		open = lines.pop() ?? '';
		const whole = lines.flatMap(line => pieces(line, limit));
		if (open.length < limit) return whole;
		const [last = '', ...full] = pieces(open, limit).toReversed();
		open = last;
		return [...whole, ...full.toReversed()];
	};
	return {
		push,
		pushLast(data, count) {
			const from = startOfLast(data, count);
			if (from > 0) {
				open = '';
				decoder = new StringDecoder('utf8');
			}
			return push(data.subarray(from)).slice(-count);
		},
		get open() {
			return open;
		},
		flush() {
			const rest = open + decoder.end();
			open = '';
			return rest === '' ? [] : [rest];
		},
	};
}

/** The bytes of an output event. */
export function outputBytes({text, base64}: EventOf<'step.output'>): Uint8Array {
	return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
}

function pieces(line: string, limit: number): readonly string[] {
	if (line.length <= limit) return [line];
	return Array.from({length: Math.ceil(line.length / limit)}, (_, at) => line.slice(at * limit, (at + 1) * limit));
}

/** Where the last `count` whole lines begin, and what follows them; 0 if there are no more. */
function startOfLast(data: Uint8Array, count: number): number {
	let at = data.length;
	for (let found = 0; found <= count; found += 1) {
		at = at === 0 ? -1 : data.lastIndexOf(10, at - 1);
		if (at === -1) return 0;
	}
	return at + 1;
}
