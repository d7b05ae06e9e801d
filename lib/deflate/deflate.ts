import {readFileSync} from 'node:fs';
import {deflateModule} from '../entry-points.ts';

/** Bytes from `start` up to `end`. */
export interface Span {
	readonly start: number;
	readonly end: number;
}

/** What assembly/deflate.ts exports. Addresses are places in its memory, all others count from the start of the input. */
interface Deflate {
	readonly memory: {readonly buffer: ArrayBuffer};
	readonly input: {readonly value: number};
	readonly output: {readonly value: number};
	readonly largestInput: {readonly value: number};
	begin(): void;
	compress(start: number, end: number): void;
	keep(start: number, end: number): void;
	end(): number;
}

/** What is used of it: the types of Node 20 do not tell. */
declare const WebAssembly: {
	readonly Module: new (bytes: Uint8Array) => object;
	readonly Instance: new (module: object) => {readonly exports: unknown};
};

let started: ReturnType<typeof start> | undefined;

/**
 * Compresses bytes, 1 MiB at most, to blocks of DEFLATE (RFC 1951) of which none is the last one. They end at a whole byte and refer to
 * nothing before them, so that they can stand anywhere in a stream. What lies in `stored` (in order, apart) is stored, like all that would
 * not get smaller. The same bytes give the same bytes, on every machine and with every version of Node. Throws a RangeError for more bytes.
 */
export function deflate(bytes: Uint8Array, stored: readonly Span[] = []): Uint8Array<ArrayBuffer> {
	started ??= start();
	const {module, input, output} = started;
	input.set(bytes);
	module.begin();
	let from = 0;
	for (const {start, end} of stored) {
		if (start > from) module.compress(from, start);
		module.keep(start, end);
		from = end;
	}
	if (bytes.length > from) module.compress(from, bytes.length);
	return output.slice(0, module.end());
}

function start() {
	const {exports} = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(deflateModule)));
	const module = exports as Deflate;
	const memory = module.memory.buffer;
	return {
		module,
		input: new Uint8Array(memory, module.input.value, module.largestInput.value),
		output: new Uint8Array(memory, module.output.value),
	};
}
