import {StepError} from '../errors.ts';
import type {Owner} from '../oci/passwd.ts';
import {draftLayer} from './draft.ts';
import type {Entry} from './entry.ts';
import {resolveOwner, root} from './owner.ts';
import type {Tree} from './tree.ts';

/** Who a WORKDIR is made for. */
export interface DirectoryRequest {
	/** The USER in force, as in the config. */
	readonly user: string;
	readonly now: number;
}

/** The entries of the layer that a WORKDIR adds: none if the directory is there, for it stays as it is (WD-1). */
export function directoryEntries(path: string, {user, now}: DirectoryRequest, parent: Tree): Entry[] {
	const draft = draftLayer(parent, {owner: ownerFor(user, parent), now});
	draft.makeDirectory(draft.resolve(path));
	return draft.entries();
}

/** Nobody is unknown here: RUN will say so if the USER matters (WD-1). */
function ownerFor(user: string, parent: Tree): Owner {
	try {
		return user === '' ? root : resolveOwner(user, parent);
	} catch (error) {
		if (error instanceof StepError) return root;
		throw error;
	}
}
