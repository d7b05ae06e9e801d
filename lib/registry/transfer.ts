import type {Digest} from '../oci/digest.ts';

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
