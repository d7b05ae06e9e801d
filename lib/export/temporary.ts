import {randomBytes} from 'node:crypto';
import {join} from 'node:path';

/** A path in `folder` for what is not whole yet. Others may write there too, and processes of two containers have the same pid. */
export function temporaryIn(folder: string): string {
	return join(folder, `.strata-${randomBytes(8).toString('hex')}`);
}

/** Whether a name is one that `temporaryIn` gives. */
export function isTemporary(name: string): boolean {
	return /^\.strata-[0-9a-f]{16}$/.test(name);
}
