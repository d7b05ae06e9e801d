import type {Descriptor} from '../oci/image.ts';
import type {Builder} from './builder.ts';
import type {WrittenImage} from './finish.ts';
import type {Planned} from './planning.ts';
import type {BuiltPlatform} from './stage.ts';

/** States what was asked for of finished images; answers with the manifests of the statements, as an index names them, in the order of the images. */
export type Attest = (
	images: readonly WrittenImage[],
	built: readonly BuiltPlatform[],
) => Promise<readonly Descriptor[]>;

/** undefined if nothing was asked for: then nothing that it takes is loaded. */
export async function attester(planned: Planned, builder: Builder): Promise<Attest | undefined> {
	if (!builder.request.attestations) return undefined;
	const {attestImages} = await import('./attest-images.ts');
	return (images, built) => attestImages(images, {planned, built, builder});
}
