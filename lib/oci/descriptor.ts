import type {Descriptor} from './image.ts';

/** A descriptor without what only some places say of it: platform, annotations. */
export function bare({mediaType, digest, size}: Descriptor): Descriptor {
	return {mediaType, digest, size};
}
