import {createHash} from 'node:crypto';
import {type HashState, type ResumableHash, resumableHash} from '../linux/sha256.ts';

/** SHA-256, in hex, of what went into an encoder and of what came out. */
export interface Sums {
	readonly plain: string;
	readonly packed: string;
	/** How far both were at the marks, in their order; undefined if nobody can tell. */
	readonly marks?: readonly SumsState[];
}

/** How far the hashing of both is. */
export interface SumsState {
	readonly plain: HashState;
	readonly packed: HashState;
}

/** Hashes what goes into an encoder and what comes out. */
export interface Summing {
	/** `mark`: how far it is after these bytes is to be told. */
	plain(bytes: Uint8Array, mark: boolean): void;
	packed(bytes: Uint8Array, mark: boolean): void;
	end(): Sums;
}

/** What hashing begins with. */
export interface SummingOptions {
	/** Whether marks are asked for. */
	readonly marks?: boolean | undefined;
	/** Where it goes on, if `resumableHash` can. */
	readonly from?: SumsState | undefined;
}

export function summing({marks = false, from}: SummingOptions = {}): Summing {
	const plain = marked(marks, from?.plain);
	const packed = marked(marks, from?.packed);
	return {
		plain: plain.update,
		packed: packed.update,
		end() {
			const pairs = plain.states.flatMap((state, index) => {
				const other = packed.states[index];
				return other ? [{plain: state, packed: other}] : [];
			});
			return {plain: plain.digest(), packed: packed.digest(), ...(pairs.length > 0 && {marks: pairs})};
		},
	};
}

function marked(marks: boolean, from: HashState | undefined) {
	const resumable = marks || from ? resumableHash(from) : undefined;
	if (from && !resumable) throw new Error('this Node cannot go on with a hash');
	const hash: Pick<ResumableHash, 'update' | 'digest'> = resumable ?? plainHash();
	const states: HashState[] = [];
	return {
		states,
		digest: hash.digest,
		update(bytes: Uint8Array, mark: boolean) {
			hash.update(bytes);
			if (mark && resumable) states.push(resumable.state());
		},
	};
}

function plainHash(): Pick<ResumableHash, 'update' | 'digest'> {
	const hash = createHash('sha256');
	return {update: bytes => void hash.update(bytes), digest: () => hash.digest('hex')};
}
