import {createHash} from 'node:crypto';
import {availableParallelism} from 'node:os';
import {crc32, deflateRaw} from 'node:zlib';
import {type Digest, digestFromHex} from '../oci/digest.ts';

/** RFC 1952: deflate, no flags, no time, no extra flags, unknown system. */
export const memberHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A gzip file of several members, which are compressed at the same time. */
export interface GzipMembers {
	/** Appends to the member at hand. The bytes are not used again. */
	add(bytes: Uint8Array): void;
	/** Ends the member at hand, if it has bytes, and begins the next one. Answers with its number. */
	begin(): Promise<number>;
	/** Ends the member at hand, and waits until all are written. */
	flush(): Promise<void>;
	/** Where a member that is written begins. */
	offsetOf(member: number): number;
	/** Appends a member that is made already. Only after `flush`. */
	append(member: Uint8Array): void;
	end(): {readonly digest: Digest; readonly size: number};
}

/** Members that `write` gets in order. The output does not depend on the number of threads. */
export function gzipMembers({
	write,
	level,
}: {
	readonly write: (bytes: Uint8Array) => void;
	readonly level: number;
}): GzipMembers {
	const most = 2 * availableParallelism() + 2;
	const hash = createHash('sha256');
	const flight: Promise<Uint8Array>[] = [];
	const offsets: number[] = [];
	let pieces: Uint8Array[] = [];
	let size = 0;

	const append = (member: Uint8Array) => {
		offsets.push(size);
		hash.update(member);
		write(member);
		size += member.length;
	};
	const land = async () => {
		const member = await flight.shift();
		if (member) append(member);
	};
	const begin = async () => {
		if (pieces.length > 0) {
			const packed = memberOf(Buffer.concat(pieces), level);
			// Awaited in its turn; until then its failure is nobody's.
			packed.catch(() => {});
			flight.push(packed);
			pieces = [];
			if (flight.length >= most) await land();
		}
		return offsets.length + flight.length;
	};
	return {
		begin,
		append,
		add: bytes => void pieces.push(Uint8Array.from(bytes)),
		async flush() {
			await begin();
			while (flight.length > 0) await land();
		},
		offsetOf: member => offsets[member] ?? size,
		end: () => ({digest: digestFromHex(hash.digest('hex')), size}),
	};
}

async function memberOf(bytes: Buffer, level: number): Promise<Uint8Array> {
	const packed = await new Promise<Buffer>((resolve, reject) => {
		deflateRaw(bytes, {level, memLevel: 8, windowBits: 15}, (error, result) =>
			error ? reject(error) : resolve(result),
		);
	});
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(crc32(bytes), 0);
	trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
	return Buffer.concat([memberHeader, packed, trailer]);
}
