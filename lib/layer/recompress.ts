import {createHash} from 'node:crypto';
import {closeSync, openSync} from 'node:fs';
import {pipeline} from 'node:stream';
import {constants} from 'node:zlib';
import {type Bytes, stoppedBy, writeAll} from '../bytes.ts';
import {type DiffID, diffIDFromHex, digestFromHex} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import {ociLayer, ociLayerGzip, ociLayerZstd} from '../oci/media-types.ts';
import {writingSink} from './blob-sink.ts';
import {tapped} from './byte-reader.ts';
import {openLayer} from './decompress.ts';
import {encoderName, gzipEncoder} from './encoder.ts';
import {checkEncoding, createZstdCompress, type LayerCompression, type LayerEncoding} from './encoding.ts';
import {diffIDMismatch, readError} from './errors.ts';
import {readTar} from './read-tar.ts';
import {stargz, stargzName} from './stargz.ts';
import {tarBlocks} from './tar-blocks.ts';

/** Names what `recompress` does: what one name has made of a layer need not be made again. */
export function encodingName({compression, level}: LayerEncoding): string {
	switch (compression) {
		case 'gzip':
			return encoderName(level);
		case 'estargz':
			return stargzName(level);
		case 'zstd':
			return `zstd-${level ?? zstdLevel}.1`;
		case 'uncompressed':
			return 'tar';
	}
}

/**
 * Writes the tar of a layer's blob, which must have this diffID, to the new file `target` in another compression. The diffID stays,
 * but for estargz. When it rejects, the file is the caller's to remove.
 */
export async function recompress(
	{blob, diffID}: {readonly blob: string; readonly diffID: DiffID},
	encoding: LayerEncoding,
	target: string,
	signal?: AbortSignal,
): Promise<Layer> {
	checkEncoding(encoding);
	const source = createHash('sha256');
	const tar = () => tapped(stoppedBy(signal, openLayer(blob)), chunk => source.update(chunk));
	const output = openSync(target, 'wx', 0o644);
	const write = (bytes: Uint8Array) => writeAll(output, bytes);
	try {
		const layer = await encoders[encoding.compression](tar(), {write, level: encoding.level, diffID});
		const received = diffIDFromHex(source.digest('hex'));
		if (received !== diffID) throw diffIDMismatch(diffID, received);
		return layer;
	} catch (error) {
		throw readError(blob, error);
	} finally {
		closeSync(output);
	}
}

interface Encoding {
	readonly write: (bytes: Uint8Array) => void;
	readonly level: number | undefined;
	readonly diffID: DiffID;
}

const encoders: Readonly<Record<LayerCompression, (tar: Bytes, encoding: Encoding) => Promise<Layer>>> = {
	async gzip(content, {write, level, diffID}) {
		const encoder = gzipEncoder(writingSink(write), {level});
		const tar = await tarBlocks(encoder);
		for await (const chunk of content) await tar.write(chunk);
		await tar.cut();
		const {digest, size} = await encoder.end();
		return {descriptor: {mediaType: ociLayerGzip, digest, size}, diffID};
	},
	zstd: (content, {write, level = zstdLevel, diffID}) => hashed(zstd(content, level), ociLayerZstd, {write, diffID}),
	estargz: (content, {write, level}) => stargz(readTar(content), {write, level}),
	uncompressed: (content, {write, diffID}) => hashed(content, ociLayer, {write, diffID}),
};

const zstdLevel = 3;

const {ZSTD_c_compressionLevel: levelParameter = 100} = constants as {ZSTD_c_compressionLevel?: number};

function zstd(content: Bytes, level: number): Bytes {
	if (!createZstdCompress) throw new TypeError('this Node has no zstd');
	// pipeline ends both sides when one fails; the reader of the iterator hears of it.
	return pipeline(content, createZstdCompress({params: {[levelParameter]: level}}), () => {});
}

async function hashed(
	content: Bytes,
	mediaType: string,
	{write, diffID}: Pick<Encoding, 'write' | 'diffID'>,
): Promise<Layer> {
	const hash = createHash('sha256');
	let size = 0;
	for await (const chunk of content) {
		hash.update(chunk);
		write(chunk);
		size += chunk.length;
	}
	return {descriptor: {mediaType, digest: digestFromHex(hash.digest('hex')), size}, diffID};
}
