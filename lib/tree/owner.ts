import {findOwner, type Owner} from '../oci/passwd.ts';
import {resolvePath} from './resolve.ts';
import type {Tree} from './tree.ts';

export const root: Owner = {uid: 0, gid: 0};

/** The owner that `--chown` or USER names, by the accounts of a tree (CPY-7). Throws for a name that is not there. */
export function resolveOwner(spec: string, tree: Tree): Owner {
	if (/^\d+(:\d+)?$/.test(spec)) return findOwner(spec, '', '');
	return findOwner(spec, textAt(tree, 'etc/passwd'), textAt(tree, 'etc/group'));
}

/** The text of a small file that TOCs keep; empty if it is not there. */
function textAt(tree: Tree, path: string): string {
	const resolved = resolvePath(tree, path);
	const entry = typeof resolved === 'string' ? tree.stat(resolved) : undefined;
	if (entry?.content?.from === 'bytes') return Buffer.from(entry.content.data).toString();
	return Buffer.from(entry?.body ?? '', 'base64').toString();
}
