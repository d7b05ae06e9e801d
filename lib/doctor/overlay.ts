import {constants} from 'node:os';
import {getSystemErrorMap} from 'node:util';
import type {Finding} from '../catalog/catalog.ts';

const cures: Readonly<Record<string, string>> = {
	ENODEV: 'modprobe overlay  (root, once)',
	EPERM: 'a kernel of 5.11 or later',
	EINVAL: 'another filesystem for the store: --root DIR',
};

/** `refusal`: the error code that the kernel answered a mount with. */
export function overlay(refusal: string | undefined): Finding {
	const topic = 'overlay';
	if (refusal === undefined) return {topic, state: 'ok', found: 'the kernel stacks layers without root'};
	const cure = cures[refusal];
	const effect = 'RUN will copy file systems instead: slower, more disk';
	return {topic, state: 'failure', found: `mount refused: ${textOf(refusal)}`, effect, ...(cure ? {cure} : {})};
}

/** `No such device` for `ENODEV`. */
function textOf(code: string): string {
	const errno = constants.errno[code as keyof typeof constants.errno];
	const text = getSystemErrorMap().get(-errno)?.[1] ?? code;
	return text.charAt(0).toUpperCase() + text.slice(1);
}
