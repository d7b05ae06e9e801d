import type {Digest} from '../oci/digest.ts';
import type {Base, Step} from '../plan/plan.ts';
import type {Selection} from '../tree/selection.ts';
import type {Tree} from '../tree/tree.ts';
import {knownStages, named} from './base-hints.ts';
import type {Builder} from './builder.ts';
import type {OpenContext} from './contexts.ts';
import {baseFiles, type Files} from './files.ts';
import type {Stages} from './stage.ts';
import {treeOf} from './tocs.ts';

/** Where a COPY or ADD takes its files from, or a mount. */
export interface CopySource {
	/** As people know it: `the build context`, `the stage build`. */
	readonly name: string;
	/** Identity of all its files, where that is known without reading them. */
	readonly fsid?: Digest;
	/** Identity of what is at `paths` and below, of a source without `fsid`: it changes whenever that does. */
	fingerprint?(paths: readonly string[]): Promise<Digest | undefined>;
	tree(): Promise<Tree>;
	/** The selection with the digests of its files, which a folder's tree does not know by itself. */
	digested(selection: Selection): Promise<Selection>;
	/** The context that it is, if it is one. */
	readonly context?: OpenContext;
	/** The stack of layers that it is, if it is one. */
	readonly files?: Files;
}

/** Opens what `step` names with `from`; nothing is the build context. */
export async function openCopySource(from: Base | undefined, step: Step, stages: Stages): Promise<CopySource> {
	const {builder, stateOf, bases} = stages;
	if (from === undefined) return contextSource('the build context', builder.contexts.main, builder);
	switch (from.kind) {
		case 'context':
			return contextSource(`the context ${from.name}`, builder.contexts.open(from.source), builder);
		case 'stage':
			return filesSource(`the stage ${from.stage}`, (await stateOf(from.stage)).files, stages);
		case 'scratch':
			return filesSource('scratch', baseFiles([]), stages);
		default: {
			const image = await named(bases.resolve(from), {
				name: from.name,
				location: step.location,
				candidates: knownStages(stages.plan),
			});
			const {layers} = await image.layers(step, builder);
			return filesSource(image.reference, baseFiles(layers), stages);
		}
	}
}

function contextSource(name: string, context: OpenContext, {signal}: Builder): CopySource {
	return {
		name,
		context,
		fingerprint: paths => context.fingerprint(paths, signal),
		tree: async () => context.tree,
		digested: selection => context.digested(selection, signal),
	};
}

async function filesSource(name: string, files: Files, {builder}: Stages): Promise<CopySource> {
	return {
		name,
		files,
		fsid: await files.fsid.promise,
		tree: () => treeOf(files, builder),
		digested: async selection => selection,
	};
}
