import {collect} from '../bytes.ts';
import {indexedPlatform} from '../image/image-index.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {normalizePlatform} from '../oci/platform.ts';
import {readConfig, readManifest} from './image.ts';

/** What an index says of an image: all that the image names itself, where it is an index, else its platform by its config. */
export async function indexEntries(root: Descriptor, source: BlobSource): Promise<readonly Descriptor[]> {
	const index = isIndex(root.mediaType) ? parseIndex(await collect(source.open(root))) : undefined;
	if (index) return index.manifests;
	if (root.platform) return [root];
	const {config} = await readManifest(root, source);
	const {os = 'linux', architecture = 'amd64', ...others} = await readConfig(config, source);
	const stored = {...others, os, architecture};
	return [{...root, platform: indexedPlatform(normalizePlatform({os, architecture}), stored)}];
}
