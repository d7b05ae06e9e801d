import {randomBytes} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {entryPoint} from '../entry-points.ts';
import {connect} from './connection.ts';
import type {IdMap} from './id-map.ts';
import type {Findings} from './messages.ts';
import {openNamespace} from './namespace.ts';
import {removeFolders} from './start.ts';

/** What can be had in a user namespace of this machine. */
export interface Examination extends Findings {
	readonly map: IdMap;
}

/** Tries all that a RUN needs, in a folder made below `folder` and removed again. Rejects as `openNamespace` does. */
export async function examine(folder: string): Promise<Examination> {
	const namespace = await openNamespace(entryPoint('worker/main'));
	const connection = connect(namespace.process, namespace.stderr);
	const scratch = join(folder, `.strata-${process.pid}-${randomBytes(4).toString('hex')}`);
	try {
		mkdirSync(scratch);
		const found = await connection.call('examine', {scratch, ids: namespace.map.ids});
		return {map: namespace.map, ...found};
	} finally {
		await connection.close();
		await removeFolders([scratch]);
	}
}
