import type {RunOutput} from '../worker/worker.ts';
import type {EventStream, LogRange} from './event-stream.ts';

/** Tells the output of one step by events, after it is in the step's log. */
export interface StepOutputTeller {
	append(output: RunOutput): void;
	/** Tells what is still held back. */
	end(): void;
}

/** Output is told when there is this much of it, in bytes, or it is this old, in milliseconds. */
const enough = 64 * 1024;
const longest = 50;

/** What of one stream is not told yet: where it lies, and its last bytes, as many as may begin a character. */
interface Held {
	readonly ranges: readonly LogRange[];
	readonly end: Buffer;
}

const nothing: Held = {ranges: [], end: Buffer.alloc(0)};

/** Pieces end with whole characters; many small ones become one, so that a chatty program costs no memory. */
export function stepOutput(
	about: {readonly step: string; readonly logFile: string},
	events: Pick<EventStream, 'emitOutput'>,
): StepOutputTeller {
	const held: Record<RunOutput['stream'], Held> = {stdout: nothing, stderr: nothing};
	let last: RunOutput['stream'] = 'stdout';
	let timer: NodeJS.Timeout | undefined;

	const tell = (stream: RunOutput['stream'], keep = begunCharacter(held[stream].end)) => {
		const {ranges, end} = held[stream];
		const [told, kept] = split(ranges, sizeOf(ranges) - keep);
		held[stream] = {ranges: kept, end: end.subarray(end.length - keep)};
		if (told.length > 0) events.emitOutput({...about, stream, ranges: told});
	};
	const tellLast = () => {
		clearTimeout(timer);
		timer = undefined;
		tell(last);
	};

	return {
		append({stream, offset, data}) {
			if (stream !== last) tellLast();
			last = stream;
			const {ranges, end} = held[stream];
			held[stream] = {
				ranges: joined(ranges, {offset, length: data.byteLength}),
				end: Buffer.concat([end, data.subarray(-longestCharacter)]).subarray(-longestCharacter),
			};
			if (sizeOf(held[stream].ranges) >= enough) tellLast();
			else timer ??= setTimeout(tellLast, longest);
		},
		end() {
			tellLast();
			for (const stream of ['stdout', 'stderr'] as const) tell(stream, 0);
		},
	};
}

const longestCharacter = 4;

/** How many bytes at the end are a character of UTF-8 that has not all its bytes yet (RFC 3629, section 3). */
function begunCharacter(end: Buffer): number {
	for (let count = 1; count < longestCharacter && count <= end.length; count++) {
		const byte = end[end.length - count] ?? 0;
		if (byte < 0x80) return 0;
		if (byte >= 0xc0) return count < lengthBy(byte) ? count : 0;
	}
	return 0;
}

function lengthBy(firstByte: number): number {
	if (firstByte >= 0xf0) return firstByte > 0xf4 ? 0 : 4;
	return firstByte >= 0xe0 ? 3 : 2;
}

function joined(ranges: readonly LogRange[], next: LogRange): readonly LogRange[] {
	const before = ranges.at(-1);
	if (!before || before.offset + before.length !== next.offset) return [...ranges, next];
	return [...ranges.slice(0, -1), {offset: before.offset, length: before.length + next.length}];
}

function sizeOf(ranges: readonly LogRange[]): number {
	return ranges.reduce((sum, {length}) => sum + length, 0);
}

/** Cuts ranges after so many bytes. */
function split(ranges: readonly LogRange[], size: number): readonly [LogRange[], LogRange[]] {
	const [first, rest]: [LogRange[], LogRange[]] = [[], []];
	let left = size;
	for (const {offset, length} of ranges) {
		const taken = Math.min(left, length);
		if (taken > 0) first.push({offset, length: taken});
		if (taken < length) rest.push({offset: offset + taken, length: length - taken});
		left -= taken;
	}
	return [first, rest];
}
