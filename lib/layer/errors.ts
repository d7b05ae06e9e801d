import {MachineError, RegistryError, StepError} from '../errors.ts';
import type {DiffID} from '../oci/digest.ts';

/**
 * A layer or an archive holds what may not be in one: a name that leaves the root, a link to nothing, half a file. Thrown by
 * what reads it; whoever knows which file that is turns it into an error for people by `readError`.
 */
export class Malformed extends Error {
	override readonly name = 'Malformed';
	readonly why: string | undefined;

	constructor(reason: string, why?: string) {
		super(reason);
		this.why = why;
	}
}

/** `error`, if it is a complaint about the content of the file `path`, as one that a person can act on. */
export function readError(path: string, error: unknown): unknown {
	const facts = {cause: error, notes: error instanceof Malformed && error.why ? [error.why] : []};
	if (error instanceof Malformed) return new StepError('MALFORMED', `cannot read ${path}: ${error.message}`, facts);
	const code = (error as NodeJS.ErrnoException).code ?? '';
	if (!code.startsWith('Z_') && !code.startsWith('ZSTD_')) return error;
	const reason = code === 'Z_BUF_ERROR' ? 'it ends too early' : (error as Error).message;
	return new StepError('MALFORMED', `cannot read ${path}: ${reason}`, facts);
}

/** A file that is being packed is no longer what was seen of it. */
export function changedFile(path: string, cause?: unknown): StepError {
	return new StepError('FILE_CHANGED', `${path} changed while it was packed`, {
		cause,
		help: ['end what writes to it, and build again'],
	});
}

/** A layer unpacks to other bytes than the image's config says. */
export function diffIDMismatch(expected: DiffID, received: DiffID): RegistryError {
	const notes = [`expected ${expected}`, `received ${received}`];
	return new RegistryError('DIFF_ID_MISMATCH', 'a layer is not what its config says; nothing of it was kept', {notes});
}

/** The user namespace has no id for an owner. */
export function unmappedOwner(path: string, owner: string, cause: unknown): MachineError {
	return new MachineError('ID_NOT_MAPPED', `cannot give "${path}" to ${owner}: this user namespace has no such id`, {
		cause,
		notes: ['ids of 65536 and above need a longer range in /etc/subuid and /etc/subgid'],
		help: ['once, as root: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST USER'],
	});
}
