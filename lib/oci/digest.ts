import {createHash} from 'node:crypto';

declare const brand: unique symbol;

/** `sha256:` and 64 hex digits of bytes as stored and sent. https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
export type Digest = string & {readonly [brand]: 'digest'};

/** The digest of a layer's uncompressed tar. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid */
export type DiffID = string & {readonly [brand]: 'diffID'};

/** The identity of a stack of layers. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid */
export type ChainID = string & {readonly [brand]: 'chainID'};

const pattern = /^sha256:[a-f0-9]{64}$/;

/** The digest of `bytes`. */
export function digestOf(bytes: Uint8Array | string): Digest {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** Whether `text` is a digest strata can check. */
export function isDigest(text: string): text is Digest {
	return pattern.test(text);
}

/** `text` as a digest, or undefined if it is none. */
export function parseDigest(text: string): Digest | undefined {
	return isDigest(text) ? text : undefined;
}

/** Turns the hex output of a finished sha256 into a digest of stored bytes. */
export function digestFromHex(hex: string): Digest {
	return `sha256:${hex}` as Digest;
}

/** Turns the hex output of a finished sha256 over an uncompressed layer into its diffID. */
export function diffIDFromHex(hex: string): DiffID {
	return `sha256:${hex}` as DiffID;
}

/** `text` as a diffID, or undefined if it is none. */
export function parseDiffID(text: string): DiffID | undefined {
	return pattern.test(text) ? (text as DiffID) : undefined;
}

/** The chainID of `diffID` stacked on `parent`; without a parent it is the diffID itself. */
export function chainID(parent: ChainID | undefined, diffID: DiffID): ChainID {
	return (parent === undefined ? diffID : digestOf(`${parent} ${diffID}`)) as string as ChainID;
}

/** The 64 hex digits of a digest, as used in paths. */
export function hexOf(digest: Digest | DiffID | ChainID): string {
	return digest.slice('sha256:'.length);
}
