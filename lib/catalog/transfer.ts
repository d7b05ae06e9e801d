import type {LeftOut} from '../export/docker-archive.ts';
import type {Retry} from '../http/attempts.ts';
import type {Digest} from '../oci/digest.ts';
import type {RegistryAccess} from '../registry/access.ts';
import type {OnTransfer} from '../registry/transfer.ts';
import type {CatalogOptions} from './catalog.ts';

/** How an image is brought to a registry or from one. */
export interface TransferOptions extends CatalogOptions, RegistryAccess {
	readonly onTransfer?: OnTransfer;
	/** The registry is asked again what its name stands for. */
	readonly onRetry?: (retry: Retry) => void;
	readonly signal?: AbortSignal;
}

/** An image that was brought somewhere. */
export interface Transferred {
	/** What it is called there. */
	readonly name: string;
	readonly digest: Digest;
	/** The name that never means anything else: `registry.example.com/team/app@sha256:…`. */
	readonly pinned: string;
	/** What the place has no room for; absent where all was brought. */
	readonly leftOut?: LeftOut;
}
