import type {BlobSource} from '../oci/blobs.ts';
import type {Descriptor} from '../oci/image.ts';
import type {Document} from './format.ts';

/** A place that has a cache. */
export interface CacheSource extends BlobSource {
	/** As people know it. */
	readonly name: string;
	/** The document that the place stands for, verified; undefined if there is none. */
	resolve(): Promise<Document | undefined>;
}

/** A place that a cache is written to. */
export interface CacheSink {
	/** As people know it. */
	readonly name: string;
	/** Sees to it that a blob of `from` is there; tells whether it was. */
	take(blob: Descriptor, from: BlobSource, signal: AbortSignal): Promise<'present' | 'done'>;
	/** Makes the place stand for a manifest of `from`, once all that it names was taken. */
	takeRoot(manifest: Descriptor, from: BlobSource, signal: AbortSignal): Promise<void>;
}
