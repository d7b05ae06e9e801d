/** Takes secrets out of a stream of output, also where its pieces cut them. */
export interface Redactor {
	/** What of the output so far can be told. The beginning of what may become a secret waits for the rest. */
	push(data: Uint8Array): Uint8Array;
	/** What still waits. */
	end(): Uint8Array;
}

const mask = Buffer.from('***');

/** Below this many bytes a value is no secret that could be told from other output. */
const shortest = 4;

/** The same for one of several lines: short ones, such as brackets, are in everything. */
const shortestLine = 8;

/** Replaces the values, less the line break that files end with, and each line of them, by `***`. */
export function redactor(values: readonly Uint8Array[]): Redactor {
	const secrets = values.flatMap(maskedOf);
	let held: Buffer = Buffer.alloc(0);
	return {
		push(data) {
			if (secrets.length === 0) return data;
			const {masked, rest} = maskAll(Buffer.concat([held, data]), secrets);
			const kept = Math.max(...secrets.map(secret => begunAtEnd(rest, secret)));
			held = Buffer.from(rest.subarray(rest.length - kept));
			return Buffer.concat([...masked, rest.subarray(0, rest.length - kept)]);
		},
		end() {
			const last = held;
			held = Buffer.alloc(0);
			return last;
		},
	};
}

/** What of a value is not to be seen. A key may be printed line by line, as by `set -x`, or with other line breaks. */
function maskedOf(value: Uint8Array): readonly Buffer[] {
	const whole = withoutLineBreak(value);
	const lines = whole.toString('latin1').split(/[\r\n]+/);
	const long = lines.filter(({length}) => lines.length > 1 && length >= shortestLine);
	return [...(whole.length >= shortest ? [whole] : []), ...long.map(line => Buffer.from(line, 'latin1'))];
}

function withoutLineBreak(value: Uint8Array): Buffer {
	const bytes = Buffer.from(value);
	const end = bytes.findLastIndex(byte => byte !== 10 && byte !== 13) + 1;
	return bytes.subarray(0, end);
}

/** The pieces up to the end of the last secret in `output`, and what follows it. */
function maskAll(output: Buffer, secrets: readonly Buffer[]): {masked: Buffer[]; rest: Buffer} {
	const masked: Buffer[] = [];
	let rest = output;
	for (let first = firstOf(rest, secrets); first; first = firstOf(rest, secrets)) {
		masked.push(rest.subarray(0, first.at), mask);
		rest = rest.subarray(first.at + first.length);
	}
	return {masked, rest};
}

/** The secret that begins first; of several the longest. */
function firstOf(output: Buffer, secrets: readonly Buffer[]): {at: number; length: number} | undefined {
	return secrets
		.map(secret => ({at: output.indexOf(secret), length: secret.length}))
		.filter(({at}) => at >= 0)
		.sort((one, other) => one.at - other.at || other.length - one.length)[0];
}

/** How many bytes at the end of `output` are the beginning of a secret. */
function begunAtEnd(output: Buffer, secret: Buffer): number {
	const first = secret[0] ?? 0;
	const earliest = Math.max(0, output.length - secret.length + 1);
	for (let at = output.indexOf(first, earliest); at >= 0; at = output.indexOf(first, at + 1)) {
		const length = output.length - at;
		if (output.subarray(at).equals(secret.subarray(0, length))) return length;
	}
	return 0;
}
