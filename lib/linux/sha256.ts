import {createHash} from 'node:crypto';
import {programFunctions} from './libc.ts';

/** SHA-256 of what has come so far, which can be told and gone on from. */
export interface ResumableHash {
	update(bytes: Uint8Array): void;
	/** Where it stands: what `resumableHash` goes on from, in this process or in another. */
	state(): HashState;
	/** The digest in hex, after which nothing more may come. */
	digest(): string;
}

/** How far the hashing of some bytes is, in base64: the intermediate hash value (FIPS 180-4, 6.2.2), and behind it what is not a whole block yet. */
export interface HashState {
	readonly value: string;
	/** How many bytes it stands for. */
	readonly length: number;
}

/**
 * A hash that goes on from `state`, or begins. As fast as `createHash`, which does not tell its state: it is the same code, of the OpenSSL that
 * Node has in itself. Undefined where a Node does not let others call that, or where it is not as its header says.
 */
export function resumableHash(state?: HashState): ResumableHash | undefined {
	openssl ??= load();
	return openssl === 'none' ? undefined : hash(openssl, state);
}

type Functions = Readonly<Record<'init' | 'update' | 'final', (...args: unknown[]) => unknown>>;

let openssl: Functions | 'none' | undefined;

function load(): Functions | 'none' {
	try {
		const functions = programFunctions({
			init: 'int SHA256_Init(void *c)',
			update: 'int SHA256_Update(void *c, const void *data, size_t len)',
			final: 'int SHA256_Final(uint8_t *md, void *c)',
		});
		return works(functions) ? functions : 'none';
	} catch {
		return 'none';
	}
}

/** Whether what is read from and put into a context is what it is taken for: goes on in the middle of a block, and after one. */
function works(functions: Functions): boolean {
	const text = Buffer.from('strata'.repeat(50));
	const expected = createHash('sha256').update(text).digest('hex');
	return [0, 100, 128].every(at => {
		const first = hash(functions);
		first.update(text.subarray(0, at));
		const second = hash(functions, first.state());
		second.update(text.subarray(at));
		return second.digest() === expected;
	});
}

/** SHA256_CTX, in bytes: eight words of the value, the length in bits in two words, a block, how much of it is there, the digest's length. */
const layout = {value: 0, bits: 32, block: 40, used: 104, size: 112} as const;
const blockSize = 64;

function hash({init, update, final}: Functions, from?: HashState): ResumableHash {
	const context = Buffer.alloc(layout.size);
	init(context);
	if (from) {
		const value = Buffer.from(from.value, 'base64');
		const whole = from.length - (from.length % blockSize);
		value.copy(context, layout.value, 0, layout.bits);
		context.writeUInt32LE((whole * 8) % 2 ** 32, layout.bits);
		context.writeUInt32LE(Math.floor((whole * 8) / 2 ** 32), layout.bits + 4);
		update(context, value.subarray(layout.bits), from.length % blockSize);
	}
	return {
		update: bytes => void update(context, bytes, bytes.length),
		state() {
			const used = context.readUInt32LE(layout.used);
			const bits = context.readUInt32LE(layout.bits) + context.readUInt32LE(layout.bits + 4) * 2 ** 32;
			const value = [context.subarray(0, layout.bits), context.subarray(layout.block, layout.block + used)];
			return {value: Buffer.concat(value).toString('base64'), length: bits / 8};
		},
		digest() {
			const digest = Buffer.alloc(32);
			final(digest, context);
			return digest.toString('hex');
		},
	};
}
