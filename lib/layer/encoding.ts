import type {Transform} from 'node:stream';
import * as zlib from 'node:zlib';
import {MachineError} from '../errors.ts';

/** How a layer is stored. `estargz`: gzip that can be read file by file, with a table of contents of its own in the tar. */
export type LayerCompression = 'gzip' | 'zstd' | 'estargz' | 'uncompressed';

/** A compression and how hard it tries. */
export interface LayerEncoding {
	readonly compression: LayerCompression;
	/** Default: 4 of 9 for gzip, 3 of 22 for zstd. */
	readonly level?: number | undefined;
}

/** The highest level of each compression. */
export const highestLevel: Readonly<Record<LayerCompression, number>> = {
	gzip: 9,
	estargz: 9,
	zstd: 22,
	uncompressed: 0,
};

/** Throws a MachineError if this Node cannot do it. */
export function checkEncoding({compression}: LayerEncoding): void {
	if (compression === 'zstd' && !createZstdCompress) {
		throw new MachineError('NO_ZSTD', 'this Node cannot compress with zstd', {
			notes: [`it is Node ${process.versions.node}; Node can from 22.15 and 23.8 on`],
			help: ['run strata with a newer Node', 'or in another compression: compression=gzip'],
		});
	}
}

interface ZstdOptions {
	readonly params: Readonly<Record<number, number>>;
}

/** Node has it from 22.15 and 23.8. */
export const {createZstdCompress} = zlib as {createZstdCompress?: (options: ZstdOptions) => Transform};
