import type {Bytes} from '../bytes.ts';
import type {Digest} from './digest.ts';
import type {Descriptor} from './image.ts';

/** A place that blobs can be read from: an OCI layout, a registry, memory. */
export interface BlobSource {
	/** Whether a blob of this digest (and size, where given) is there. */
	has(digest: Digest, size?: number): boolean | Promise<boolean>;
	/** The bytes of a blob. Rejects at the end if size or digest differ from the descriptor's, and at once if it is not there. */
	open(descriptor: Descriptor, options?: OpenOptions): Bytes;
}

/** What whoever reads a blob may want besides: to be told when it is read again from where it broke off, and to stop. */
export interface OpenOptions {
	readonly onRetry?: (retry: {readonly attempt: number; readonly reason: string; readonly delay: number}) => void;
	readonly signal?: AbortSignal;
}

/** A place that blobs can be written to. */
export interface BlobSink {
	/** Stores `content` if it is what `descriptor` says; rejects and keeps nothing of it otherwise. Does nothing for a blob that is there. */
	put(descriptor: Descriptor, content: Bytes): Promise<void>;
}
