import {createHash} from 'node:crypto';
import type {Bytes} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import {digestFromHex} from '../oci/digest.ts';
import type {TocEntry} from '../tree/toc.ts';

/** A file's content out of the blob of its layer, which went unchecked through the store until here. Rejects at the end if it is not what the TOC says. */
export async function* checkedContent({digest, path}: TocEntry, content: Bytes, blob: string): Bytes {
	const hash = createHash('sha256');
	for await (const chunk of content) {
		hash.update(chunk);
		yield chunk;
	}
	if (digest === undefined || digest === digestFromHex(hash.digest('hex'))) return;
	throw new StoreError('BLOB_DAMAGED', `the layer that has ${path} is damaged`, {
		help: [`the disk may be at fault; remove it, then build again: rm ${blob}`],
	});
}
