import type {BigIntStats} from 'node:fs';

/** All of a file's status that changes when its content does: kept for every file of a context, so it is short. */
export function fileState({dev, ino, size, mtimeNs, ctimeNs}: BigIntStats): string {
	return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
