import {StringDecoder} from 'node:string_decoder';
import type {EventOf} from './reporter.ts';

/** Cuts output into lines, whatever pieces it comes in. A line longer than `limit` characters comes in several. */
export interface LineCutter {
	push(data: Uint8Array): readonly string[];
	/** What stands in the last line so far. */
	readonly open: string;
	/** Ends the last line, if there is one. */
	flush(): readonly string[];
}

export function lineCutter(limit = 16_384): LineCutter {
	const decoder = new StringDecoder('utf8');
	let open = '';
	return {
		push(data) {
			const lines = (open + decoder.write(Buffer.from(data))).split('\n');
			open = lines.pop() ?? '';
			const whole = lines.flatMap(line => pieces(line, limit));
			if (open.length < limit) return whole;
			const [last = '', ...full] = pieces(open, limit).toReversed();
			open = last;
			return [...whole, ...full.toReversed()];
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
