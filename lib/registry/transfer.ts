import type {Retry} from '../http/attempts.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';

/** How far a blob is on its way: the event `transfer` without what only the build knows. */
export interface TransferProgress {
	readonly direction: 'pull' | 'push';
	readonly kind: 'manifest' | 'config' | 'layer';
	readonly digest: Digest;
	readonly ref: string;
	readonly current: number;
	readonly total: number;
	readonly state: 'active' | 'done' | 'present' | 'retry';
	readonly attempt: number;
	/** For `retry`: what went wrong, and in how many milliseconds it is tried again. */
	readonly reason?: string;
	readonly delay?: number;
}

export type OnTransfer = (progress: TransferProgress) => void;

/** Tells of one blob on its way. */
export interface TransferReport {
	/** How many bytes are there by now; told ten times a second at most. */
	moved(current: number): void;
	retry(retry: Pick<Retry, 'attempt' | 'reason' | 'delay'>): void;
	/** All of it is there: since now, or before. */
	end(state: 'done' | 'present'): void;
}

/** Milliseconds between two reports on one blob. */
const pause = 100;

/** Begins to tell `onTransfer` of `blob`, which belongs to the image `ref`. */
export function transferReport(
	blob: Descriptor,
	about: Pick<TransferProgress, 'direction' | 'ref'>,
	onTransfer: OnTransfer = () => {},
): TransferReport {
	const {digest, size: total} = blob;
	let [current, attempt, told] = [0, 1, Number.NEGATIVE_INFINITY];
	const tell = (more: Pick<TransferProgress, 'state'> & Partial<TransferProgress>) => {
		onTransfer({...about, kind: kindOf(blob), digest, current, total, attempt, ...more});
	};
	return {
		moved(bytes) {
			current = bytes;
			if (performance.now() - told < pause) return;
			told = performance.now();
			tell({state: 'active'});
		},
		retry({reason, delay, attempt: failed}) {
			tell({state: 'retry', attempt: failed, reason, delay});
			attempt = failed + 1;
		},
		end: state => tell({current: total, state}),
	};
}

function kindOf({mediaType}: Descriptor): TransferProgress['kind'] {
	if (isIndex(mediaType) || isManifest(mediaType)) return 'manifest';
	return isImageConfig(mediaType) ? 'config' : 'layer';
}
