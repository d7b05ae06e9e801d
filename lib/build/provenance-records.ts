import type {ProvenanceWishes} from '../attest/facts.ts';
import {provenance} from '../attest/provenance.ts';
import {usualWishes} from './attestations.ts';
import type {BaseImages} from './bases.ts';
import {buildFacts, type DoneImage} from './build-facts.ts';
import type {Builder} from './builder.ts';

/**
 * How each image was built, for who asked for it beside the image: as it is stated with the image, if it is, but for the mode; else in the
 * version that buildx writes.
 */
export function provenanceRecords(
	images: readonly DoneImage[],
	bases: BaseImages,
	{mode, builder}: {readonly mode: ProvenanceWishes['mode']; readonly builder: Builder},
): Promise<readonly object[]> {
	const stated = builder.request.attestations?.provenance ?? {...usualWishes, version: 'v0.2'};
	return Promise.all(
		images.map(async image => provenance(await buildFacts(image, bases, builder), {...stated, mode}).predicate),
	);
}
